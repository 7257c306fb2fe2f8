import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Communicator, InputError } from '@s3/interface';
import { type Checkpoint, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { configDifference } from '../checkpoint/config-difference.ts';
import { otherUpstream } from '../checkpoint/other-upstream.ts';
import { savedSettings } from '../checkpoint/saved-settings.ts';
import { newestCheckpoint, savedSteps } from '../checkpoint/train-folder.ts';
import { replaceFile } from '../files/replace-file.ts';
import { truncateLog } from '../observers/json-lines-observer.ts';
import { resolveOptimizer } from '../optimizers/optimizer-settings.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { resolveScheduler } from '../schedules/schedule.ts';
import { settle } from '../training/settle.ts';
import { train } from '../training/train.ts';
import { followResumeFrom, goBackTo, resumedFromFile } from './resumed-from.ts';
import { type Assembly, completeSections, type Sections, type StageContext } from './stage-context.ts';
import { timestamp } from './timestamp.ts';

/**
 * Stage 2: trains, from the checkpoint that the settings ask for; where there is nothing to train, it settles what validation says.
 *
 * @returns the step gone on from, and the seconds of training before it
 */
export async function trainStage(stage: StageContext, assembly: Assembly): Promise<{ readonly step: number; readonly seconds: number }> {
  const { settings, sections, engine, version, observer, signal, recipe, communicator } = stage;
  const trainDir = join(settings.targetDir, 'train');
  const warn = (text: string) => observer.message('warning', text);
  // rank 0 alone knows, and is who acts on it
  let isNamed = false;
  const from = await onAll(communicator, async () => {
    if (!sections.training.autoResume) await setAside(trainDir, observer);
    const start = await startingPoint(stage, trainDir, warn);
    isNamed = start?.isNamed ?? false;
    return start?.from;
  });
  const { upstreamFingerprint: upstream } = assembly.task.model;
  const origin = {
    recipe: recipe.name,
    version,
    engine: { name: engine.name, library: engine.library },
    corpus: assembly.corpus.train,
    ...(upstream !== undefined && { upstream }),
  };
  if (from) {
    const passedOver = sections.training.resumeFrom !== null && communicator.rank === 0 && !isNamed;
    const since = `, which this run made since it went on from training.resumeFrom; to go back to that, remove ${join(trainDir, resumedFromFile)}`;
    observer.message('info', `going on from ${from.directory}${passedOver ? since : ''}`);
    checkSameTraining(stage, assembly, from);
    const aside = isNamed ? await goBackTo(from, trainDir) : undefined;
    if (aside) warn(`training.resumeFrom is step ${from.state.step}: the checkpoints of later steps are kept in ${aside}`);
  }
  // what was logged after the checkpoint comes again
  if (communicator.rank === 0) await truncateLog(join(trainDir, 'log.jsonl'), from?.state.step ?? 0);

  const { problem } = assembly;
  const options = {
    task: assembly.task,
    encoders: assembly.encoders,
    training: sections.training,
    optimizer: sections.optimizer,
    scheduler: sections.scheduler,
    evalBatches: settings.evalBatches,
    trainDir,
    origin,
    config: stage.config,
    from,
    observer,
    signal,
    communicator,
  };
  if (problem.train) await train({ ...options, problem: { ...problem, train: problem.train } });
  else await settle({ ...options, problem });

  const weights = await assembly.task.model.layerWeights?.();
  if (weights && communicator.rank === 0) await replaceFile(join(trainDir, 'layer-weights.json'), `${JSON.stringify({ weights })}\n`);
  return { step: from?.state.step ?? 0, seconds: from?.state.seconds ?? 0 };
}

/** The checkpoint that rank 0 finds, opened by every process. */
async function onAll(communicator: Communicator, find: () => Promise<Checkpoint | undefined>): Promise<Checkpoint | undefined> {
  let found: Checkpoint | undefined;
  const directory = await fromRoot(communicator, async () => {
    found = await find();
    return found?.directory;
  });
  return found ?? (directory === undefined ? undefined : await readCheckpoint(directory));
}

/**
 * Refuses a checkpoint of other settings before an earlier stage replaces the files that belong to it.
 *
 * @throws InputError showing each difference
 */
export async function refuseOtherSettings(stage: StageContext): Promise<void> {
  const { training } = stage.sections;
  if (training.onConfigChange === 'continue' || (!training.autoResume && training.resumeFrom === null)) return;
  const start = await startingPoint(stage, join(stage.settings.targetDir, 'train'), () => {});
  if (start) refuse(start.from, settingDifferences(stage, start.from));
}

/** @returns the checkpoint to go on from; `isNamed` where it is the one that `training.resumeFrom` says */
async function startingPoint(
  { sections: { training }, recipe }: StageContext,
  trainDir: string,
  warn: (text: string) => void,
): Promise<{ readonly from: Checkpoint; readonly isNamed: boolean } | undefined> {
  let start: Awaited<ReturnType<typeof startingPoint>>;
  if (training.resumeFrom !== null) {
    start = await followResumeFrom(trainDir, training.resumeFrom, warn);
  } else if (training.autoResume) {
    const from = await newestCheckpoint(trainDir, warn);
    if (from) start = { from, isNamed: false };
    else await refuseAllDamaged(trainDir);
  }
  if (start && start.from.state.recipe !== recipe.name) {
    throw new InputError(
      start.from.directory,
      `a checkpoint of recipe ${start.from.state.recipe}`,
      `one of ${recipe.name}`,
      'Give another targetDir, or another training.resumeFrom.',
    );
  }
  return start;
}

/** @throws InputError when there are checkpoints, but none to go on from: to lose days of training is not for a program to decide */
async function refuseAllDamaged(trainDir: string): Promise<void> {
  const damaged = await savedSteps(trainDir);
  if (damaged.length === 0) return;
  const why = await readCheckpoint(damaged.at(-1)!.directory).catch((error: Error) => error.message);
  const best = await readCheckpoint(join(trainDir, 'valid_best')).catch(() => undefined);
  const goOn = best ? `go on from the best so far with training.resumeFrom ${best.directory}, ` : '';
  throw new InputError(
    trainDir,
    `no checkpoint that is intact among ${damaged.length}; of the newest: ${why}`,
    'one to go on from',
    `Bring one back from a copy, ${goOn}or start anew with training.autoResume false, which keeps the folder under another name.`,
  );
}

async function setAside(trainDir: string, { message }: StageContext['observer']): Promise<void> {
  if ((await savedSteps(trainDir)).length === 0) return;
  const aside = `${trainDir}.old-${timestamp(new Date())}`;
  await rename(trainDir, aside);
  message('warning', `training.autoResume is false: training starts anew; the checkpoints so far are kept in ${aside}`);
}

/** @throws InputError showing each setting that decides what is trained and differs, and other data, unless they are allowed to */
function checkSameTraining(stage: StageContext, { corpus, encoders, task }: Assembly, from: Checkpoint): void {
  const { sections, engine, version, observer } = stage;
  const { state } = from;
  const differences = [...settingDifferences(stage, from)];
  if (state.corpus.sha256 !== corpus.train.sha256) {
    const now = corpus.train.rows === state.corpus.rows ? 'other content' : `${corpus.train.rows} rows`;
    differences.push(`training table: ${state.corpus.rows} rows → ${now}`);
  }
  for (const name of new Set([...Object.keys(from.encoders), ...Object.keys(encoders)])) {
    if (JSON.stringify(from.encoders[name]) !== JSON.stringify(encoders[name])) differences.push(`encoder ${name}: other content`);
  }
  if (otherUpstream(from, task) !== undefined) differences.push('upstream: other files');
  if (sections.training.onConfigChange === 'refuse') refuse(from, differences);
  else if (differences.length > 0) {
    observer.message('warning', `the checkpoint was made with other settings (then → now): ${differences.join('; ')}`);
  }
  const tools = [
    ...(state.engine.library === engine.library ? [] : [`engine ${state.engine.library} → ${engine.library}`]),
    ...(state.version === version ? [] : [`@s3/trainer ${state.version} → ${version}`]),
    ...configDifference(keptAs(from.config), keptAs(sections), new Set()).map((difference) => `upstream.${difference}`),
  ];
  if (tools.length > 0) {
    observer.message('warning', `the checkpoint was made with another ${tools.join(', ')}: numbers may differ in their last digits`);
  }
}

function refuse({ directory }: Checkpoint, differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new InputError(
    directory,
    `a checkpoint made with other settings (then → now): ${differences.join('; ')}`,
    'the same settings',
    'Go back to them, or give another targetDir, or start anew with training.autoResume false, or go on all the same with training.onConfigChange continue.',
  );
}

/** How hidden states come from a cache, if they do; in which folder is no matter. */
function keptAs({ upstream }: { readonly [section: string]: unknown }): { readonly [setting: string]: unknown } {
  const { cache, cachePrecision } = (upstream ?? {}) as { readonly [setting: string]: unknown };
  return cache === undefined ? {} : { cachePrecision };
}

function settingDifferences({ recipe, sections }: StageContext, { config }: Checkpoint): readonly string[] {
  return configDifference(comparable(completeSections(savedSettings(recipe, config))), comparable(sections));
}

/** Sections with the optimizer's and schedule's defaults filled in, since those of the schedule follow totalSteps. */
function comparable(sections: Sections): { readonly [section: string]: unknown } {
  try {
    const optimizer = resolveOptimizer(sections.optimizer);
    const { totalSteps } = sections.training;
    const start = { learningRate: optimizer.learningRate, totalSteps, order: 'min', hasMomentum: true } as const;
    return { ...sections, optimizer, scheduler: { name: sections.scheduler.name, ...resolveScheduler(sections.scheduler, start) } };
  } catch {
    return sections;
  }
}
