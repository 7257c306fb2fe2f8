import { join, resolve } from 'node:path';
import { type AnyRecipe, type Communicator, type Corpus, type EngineInfo, type Json, type Log, parseConfig } from '@s3/interface';
import { exists, readCheckpoint } from './checkpoint/checkpoint.ts';
import { fullSchema } from './config/run-settings.ts';
import { environment } from './environment.ts';
import { withFileTrouble } from './files/file-trouble.ts';
import { replaceFile } from './files/replace-file.ts';
import { clearRemains, makeCache, makeTarget, writeConfig } from './files/target-directory.ts';
import { lockTarget } from './files/target-lock.ts';
import { InterruptedError } from './interrupted-error.ts';
import { announceCache } from './observers/announce-cache.ts';
import { jsonLinesObserver } from './observers/json-lines-observer.ts';
import { observeAll, type RunObserver } from './observers/observer.ts';
import { tensorBoardObserver } from './observers/tensorboard-observer.ts';
import { resolveOptimizer } from './optimizers/optimizer-settings.ts';
import { checkAgreement } from './parallel/check-agreement.ts';
import { fromRoot } from './parallel/from-root.ts';
import { isStopping } from './parallel/is-stopping.ts';
import { oneProcess } from './parallel/one-process.ts';
import { writeReport } from './report/write-report.ts';
import { schedule } from './schedules/schedule.ts';
import { type FiledCorpus, readCorpus, writeCorpus } from './stages/corpus-files.ts';
import { readEncoders, writeEncoders } from './stages/encoder-files.ts';
import { evaluateStage, trainedSoFar } from './stages/evaluate-stage.ts';
import { requireCorpus, requireEncoders, requireProblem, requireTask } from './stages/recipe-results.ts';
import { reportStage } from './stages/report-stage.ts';
import { type Assembly, type Sections, type StageContext, stageContext } from './stages/stage-context.ts';
import { refuseOtherSettings, trainStage } from './stages/train-stage.ts';
import { type DecidingMetric, decidingMetric } from './training/deciding-metric.ts';
import type { StepTime } from './training/step-time.ts';

/** What a run found; after the last stage it is also the content of `metrics.json`. */
export interface RunResult {
  readonly recipe: string;
  /** of `@s3/trainer` */
  readonly version: string;
  readonly engine: EngineInfo['name'];
  /** of this run and of the training that it went on from */
  readonly seconds: number;
  /** steps trained */
  readonly steps: number;
  /** seconds that these steps took, and those of them that went into waiting for batches */
  readonly stepSeconds?: StepTime;
  /** the stage after which the settings asked to stop; the tests may be missing then */
  readonly stoppedAfterStage?: number;
  /** the best on the validation set, where one was judged */
  readonly validation?: Validation;
  /** the metric that says which checkpoint counts */
  readonly metric?: string;
  /** test set to the metrics of the checkpoint that counts */
  readonly tests: { readonly [testSet: string]: Log };
  /** metric to what guessing would score, for those where that says something */
  readonly chance?: Log;
  /** test set to the checkpoint that counts, such as `step_600` */
  readonly checkpoints: { readonly [testSet: string]: string };
}

/** How good the best weights of a run are on its validation set. */
export interface Validation extends DecidingMetric {
  /** null where it was no finite number */
  readonly value: number | null;
  /** after which it was */
  readonly step: number;
}

/** What a run is given beside its settings. */
export interface RunOptions {
  /** the engine that is the current one */
  readonly engine: EngineInfo;
  readonly observers: readonly RunObserver[];
  /** asks to stop: training saves first */
  readonly signal?: AbortSignal;
  /** the processes that share the run, each of which calls this function with the same recipe and settings; one unless given */
  readonly communicator?: Communicator;
}

const stageNames = ['prepare', 'encode', 'train', 'evaluate', 'report'] as const;

/**
 * Runs a recipe: corpus, encoders, training, evaluation, report.
 *
 * Called again on the same `targetDir` it goes on where it stopped, however it stopped, with
 * any number of processes. Of several processes rank 0 alone writes files and is observed.
 *
 * @param config settings of `fullSchema(recipe)`; those with defaults may be left out
 * @throws ConfigError for settings that the recipe refuses
 * @throws InputError for a target directory that cannot be written or is in use, a
 *   checkpoint made with other settings, an earlier stage that was skipped but not done
 * @throws InterruptedError when the signal asked to stop
 */
export async function runRecipe(
  recipe: AnyRecipe,
  config: { readonly [setting: string]: unknown },
  options: RunOptions,
): Promise<RunResult> {
  const began = performance.now();
  const communicator = options.communicator ?? oneProcess;
  const isRoot = communicator.rank === 0;
  let observer = observeAll(isRoot ? options.observers : []);
  try {
    const parsed = parseConfig(recipe.name, fullSchema(recipe), config);
    const targetDir = resolve(String(parsed['targetDir']));
    const trainDir = join(targetDir, 'train');
    if (isRoot)
      observer = observeAll([observer, jsonLinesObserver(join(trainDir, 'log.jsonl')), tensorBoardObserver(join(trainDir, 'tb'))]);
    const stage = stageContext(recipe, parsed, { targetDir, observer, engine: options.engine, signal: options.signal, communicator });
    checkSections(stage.sections);
    if (isRoot) await makeTarget(targetDir);
    const unlock = isRoot ? await lockTarget(targetDir) : async () => {};
    try {
      await makeCache(stage.context.cacheDir);
      await fromRoot(communicator, async () => {
        await clearRemains(targetDir);
        await writeConfig(targetDir, parsed);
        await replaceFile(
          join(targetDir, 'environment.json'),
          `${JSON.stringify(environment(options.engine, { seed: stage.context.seed }), null, 1)}\n`,
        );
      });
      await checkAgreement(stage);
      return await runStages(stage, () => (performance.now() - began) / 1000);
    } finally {
      await unlock();
    }
  } catch (error) {
    throw withFileTrouble(error, `a file in ${String(config['targetDir'])}`);
  } finally {
    await observer.close();
  }
}

async function runStages(stage: StageContext, seconds: () => number): Promise<RunResult> {
  const { recipe, settings, sections, context, observer, signal, communicator } = stage;
  const { targetDir, start } = settings;
  const stop = settings.stop ?? stageNames.length - 1;
  const head = { recipe: recipe.name, version: stage.version, engine: stage.engine.name } as const;

  async function inStage<Result>(number: number, work: () => Promise<Result>): Promise<Result> {
    if (await isStopping(communicator, signal)) throw new InterruptedError(`starting stage ${number} (${stageNames[number]})`);
    const begun = performance.now();
    const name = stageNames[number]!;
    observer.stageStarted({ number, name });
    const result = await work();
    observer.stageEnded({ number, name, seconds: (performance.now() - begun) / 1000 });
    return result;
  }
  let validation: Validation | undefined;
  const stopped = async (number: number): Promise<RunResult> => {
    const trained = number < 2 ? { steps: 0, seconds: 0 } : await trainedSoFar(targetDir);
    return {
      ...head,
      seconds: round(seconds()),
      steps: trained.steps,
      stoppedAfterStage: number,
      ...(validation && { validation }),
      tests: {},
      checkpoints: {},
    };
  };

  if (start <= 2) await fromRoot(communicator, () => refuseOtherSettings(stage));

  // each stage's result is read back from its files, so that a run in pieces sees the same as one in a go
  const byRoot = (work: () => Promise<void>) => () => fromRoot(communicator, work);
  let prepared: Corpus | undefined;
  const prepare = async () => {
    prepared = requireCorpus(recipe, await recipe.prepare(sections as never, context));
    await writeCorpus(targetDir, prepared);
  };
  if (start <= 0) await inStage(0, byRoot(prepare));
  if (stop === 0) return await stopped(0);
  const corpus = start <= 3 ? await readCorpus(targetDir) : undefined;
  // tables with the same rows, but what is wrong with them is said of the user's own files
  const encode = async () =>
    writeEncoders(targetDir, requireEncoders(recipe, await recipe.encode(sections as never, prepared ?? corpus!.corpus)));
  if (start <= 1) await inStage(1, byRoot(encode));
  if (stop === 1) return await stopped(1);

  let trainedFrom = Number.POSITIVE_INFINITY;
  let secondsBefore = 0;
  if (start <= 3) {
    const encoders = await readEncoders(targetDir);
    const assembly = await assemble(stage, corpus!, encoders);
    try {
      await announceCache(assembly.task, assembly.problem, observer);
      if (start <= 2) {
        ({ step: trainedFrom, seconds: secondsBefore } = await inStage(2, () => trainStage(stage, assembly)));
      }
      validation = await fromRoot(communicator, () => bestOnValidation(targetDir, decidingMetric(assembly.problem, sections.training)));
      if (stop === 2) return await stopped(2);
      await inStage(3, () => evaluateStage(stage, assembly, trainedFrom));
    } finally {
      assembly.task.dispose();
      assembly.task.model.dispose();
    }
  }
  if (stop === 3) return await stopped(3);

  const result = async (): Promise<RunResult> => {
    const report = await reportStage(targetDir);
    const trained = await trainedSoFar(targetDir);
    const total = seconds() + (start <= 2 ? secondsBefore : trained.seconds);
    const all: RunResult = {
      ...head,
      seconds: round(total),
      steps: trained.steps,
      ...(trained.time && { stepSeconds: rounded(trained.time) }),
      ...(validation && { validation }),
      ...report,
    };
    await replaceFile(join(targetDir, 'metrics.json'), `${JSON.stringify(all, null, 2)}\n`);
    await writeReport(targetDir);
    return all;
  };
  return await inStage(4, () => fromRoot(communicator, result));
}

/** Builds the task and joins it to its data. */
export async function assemble(
  { recipe, sections, context }: StageContext,
  corpus: FiledCorpus,
  encoders: { readonly [name: string]: Json },
): Promise<Assembly> {
  const task = requireTask(recipe, await recipe.buildTask({ config: sections as never, encoders: encoders as never, context }));
  const problem = await recipe.buildProblem({
    config: sections as never,
    corpus: corpus.corpus satisfies Corpus,
    encoders: encoders as never,
    task: task as never,
    context,
  });
  return { corpus, encoders, task, problem: requireProblem(recipe, problem) };
}

/** Says early what training would say hours later. */
function checkSections(sections: Sections): void {
  const { learningRate, betas, momentum } = resolveOptimizer(sections.optimizer);
  const hasMomentum = betas !== undefined || momentum !== undefined;
  schedule(sections.scheduler, { learningRate, totalSteps: sections.training.totalSteps, order: 'min', hasMomentum });
}

async function bestOnValidation(targetDir: string, { metric, order }: DecidingMetric): Promise<Validation | undefined> {
  const directory = join(targetDir, 'train', 'valid_best');
  if (!(await exists(directory))) return undefined;
  const { best } = (await readCheckpoint(directory)).state;
  return best?.metric === metric ? { metric, order, value: best.value, step: best.step } : undefined;
}

const rounded = ({ steps, reading, preparing }: StepTime): StepTime => ({
  steps: round(steps),
  reading: round(reading),
  preparing: round(preparing),
});
const round = (seconds: number) => Math.round(seconds * 1000) / 1000;
