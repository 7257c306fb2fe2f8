import { resolve } from 'node:path';
import type { AnyRecipe, AnyTask, Communicator, EngineInfo, Json, Problem, RecipeContext } from '@s3/interface';
import { type RunSettings, runSettings, userCacheDir } from '../config/run-settings.ts';
import { environment } from '../environment.ts';
import type { RunObserver } from '../observers/observer.ts';
import { type OptimizerSettings, optimizerSettings } from '../optimizers/optimizer-settings.ts';
import { type SchedulerSettings, schedulerSettings } from '../schedules/scheduler-settings.ts';
import { type TrainingSettings, trainingSettings } from '../training/training-settings.ts';
import type { FiledCorpus } from './corpus-files.ts';

/** Sections of a recipe, those that the runner reads with their types. */
export interface Sections {
  readonly training: TrainingSettings;
  readonly optimizer: OptimizerSettings;
  readonly scheduler: SchedulerSettings;
  readonly [section: string]: unknown;
}

/** The sections with those that the runner reads, by default where the recipe has none of that name, or of training only some settings. */
export function completeSections(sections: { readonly [section: string]: unknown }): Sections {
  const training = sections['training'] as Partial<TrainingSettings> | undefined;
  return {
    optimizer: optimizerSettings.parse({}),
    scheduler: schedulerSettings.parse({}),
    ...sections,
    training: training && 'totalSteps' in training ? (training as TrainingSettings) : trainingSettings.parse(training ?? {}),
  };
}

/** What the stages of a run share. */
export interface StageContext {
  readonly recipe: AnyRecipe;
  readonly settings: RunSettings;
  readonly sections: Sections;
  /** all settings as given, with defaults: what is saved */
  readonly config: { readonly [setting: string]: unknown };
  readonly context: RecipeContext;
  readonly engine: EngineInfo;
  /** of `@s3/trainer` */
  readonly version: string;
  readonly observer: Required<RunObserver>;
  readonly signal: AbortSignal | undefined;
  /** the processes of the run; rank 0 writes its files */
  readonly communicator: Communicator;
}

/** What is trained and judged. */
export interface Assembly {
  readonly corpus: FiledCorpus;
  readonly encoders: { readonly [name: string]: Json };
  readonly task: AnyTask;
  readonly problem: Problem;
}

/**
 * What the stages share, of the settings of a run.
 *
 * @param config settings that `fullSchema(recipe)` has parsed
 * @param run.targetDir where results go, absolute
 * @param run.tablesDir folder of the tables that messages name; the target directory unless given
 * @param run.seed that of the settings unless given
 */
export function stageContext(
  recipe: AnyRecipe,
  config: StageContext['config'],
  {
    targetDir,
    tablesDir = targetDir,
    seed,
    observer,
    ...run
  }: Pick<StageContext, 'engine' | 'observer' | 'signal' | 'communicator'> & {
    readonly targetDir: string;
    readonly tablesDir?: string;
    readonly seed?: number;
  },
): StageContext {
  const pick = (isOfRun: boolean) => Object.fromEntries(Object.entries(config).filter(([name]) => name in runSettings === isOfRun));
  const settings = { ...(pick(true) as unknown as RunSettings), targetDir };
  const sections = completeSections(pick(false));
  return {
    ...run,
    recipe,
    settings,
    sections,
    config,
    context: {
      seed: seed ?? sections.training.seed,
      targetDir: tablesDir,
      cacheDir: resolve(settings.cacheDir ?? userCacheDir()),
      workers: settings.workers,
      onProgress: (label, done, total) => observer.progress({ label, done, total, unit: 'files' }),
      onMessage: (text) => observer.message('warning', text),
    },
    version: environment(run.engine).versions['@s3/trainer']!,
    observer,
  };
}
