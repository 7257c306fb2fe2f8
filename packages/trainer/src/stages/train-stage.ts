import { rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { type Checkpoint, exists, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { configDifference } from '../checkpoint/config-difference.ts';
import { newestCheckpoint, savedSteps } from '../checkpoint/train-folder.ts';
import { truncateLog } from '../json-lines-observer.ts';
import { resolveOptimizer } from '../optimizers/optimizer-settings.ts';
import { replaceFile } from '../replace-file.ts';
import { resolveScheduler } from '../schedules/schedule.ts';
import { decidingMetric, train } from '../train.ts';
import type { Assembly, Sections, StageContext } from './stage-context.ts';
import { timestamp } from './timestamp.ts';

/**
 * Stage 2: trains, from the checkpoint that the settings ask for.
 *
 * @returns the step gone on from, and the seconds of training before it
 */
export async function trainStage(stage: StageContext, assembly: Assembly): Promise<{ readonly step: number; readonly seconds: number }> {
  const { settings, sections, engine, version, observer, signal, recipe } = stage;
  const trainDir = join(settings.targetDir, 'train');
  const from = await startingPoint(stage, trainDir);
  const origin = { recipe: recipe.name, version, engine: { name: engine.name, library: engine.library }, corpus: assembly.corpus.train };
  if (from) checkSameTraining(stage, assembly, from);
  // what was logged after the checkpoint comes again
  await truncateLog(join(trainDir, 'log.jsonl'), from?.state.step ?? 0);

  await train({
    task: assembly.task,
    problem: assembly.problem,
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
  });

  const weights = await assembly.task.model.layerWeights?.();
  if (weights) await replaceFile(join(trainDir, 'layer-weights.json'), `${JSON.stringify({ weights })}\n`);
  return { step: from?.state.step ?? 0, seconds: from?.state.seconds ?? 0 };
}

async function startingPoint(
  { sections: { training }, observer, recipe }: StageContext,
  trainDir: string,
): Promise<Checkpoint | undefined> {
  if (!training.autoResume) {
    if ((await savedSteps(trainDir)).length > 0) {
      const aside = `${trainDir}.old-${timestamp(new Date())}`;
      await rename(trainDir, aside);
      observer.message('warning', `training.autoResume is false: training starts anew; the checkpoints so far are kept in ${aside}`);
    }
    if (training.resumeFrom === null) return undefined;
  }
  let from: Checkpoint | undefined;
  if (training.resumeFrom !== null) {
    const asGiven = resolve(training.resumeFrom);
    from = await readCheckpoint((await exists(asGiven)) ? asGiven : join(trainDir, training.resumeFrom));
  } else {
    from = await newestCheckpoint(trainDir, (text) => observer.message('warning', text));
    const saved = await savedSteps(trainDir);
    if (!from && saved.length > 0) observer.message('warning', `no checkpoint in ${trainDir} is intact: training starts anew`);
  }
  if (!from) return undefined;
  if (from.state.recipe !== recipe.name) {
    throw new InputError(
      from.directory,
      `a checkpoint of recipe ${from.state.recipe}`,
      `one of ${recipe.name}`,
      'Give another targetDir, or another training.resumeFrom.',
    );
  }
  observer.message('info', `going on from ${from.directory}`);
  return from;
}

/** @throws InputError showing each setting that decides what is trained and differs, unless they are allowed to */
function checkSameTraining(
  { recipe, sections, engine, version, observer }: StageContext,
  { corpus, encoders, problem }: Assembly,
  from: Checkpoint,
): void {
  const { state } = from;
  // settings that are newer than the checkpoint had their defaults
  const then = recipe.config.safeParse(Object.fromEntries(Object.entries(from.config).filter(([name]) => name in recipe.config.shape)));
  const before = (then.success ? then.data : from.config) as Sections;
  const { order } = decidingMetric(problem, sections.training);
  const differences = [...configDifference(comparable(before, order), comparable(sections, order))];
  if (state.corpus.sha256 !== corpus.train.sha256) {
    differences.push(
      `training table: ${state.corpus.rows} rows → ${corpus.train.rows === state.corpus.rows ? 'other content' : `${corpus.train.rows} rows`}`,
    );
  }
  for (const name of new Set([...Object.keys(from.encoders), ...Object.keys(encoders)])) {
    if (JSON.stringify(from.encoders[name]) !== JSON.stringify(encoders[name])) differences.push(`encoder ${name}: other content`);
  }
  if (differences.length > 0) {
    const shown = differences.join('; ');
    if (sections.training.onConfigChange === 'refuse') {
      throw new InputError(
        from.directory,
        `a checkpoint made with other settings (then → now): ${shown}`,
        'the same settings',
        'Go back to them, or give another targetDir, or start anew with training.autoResume false, or go on all the same with training.onConfigChange continue.',
      );
    }
    observer.message('warning', `the checkpoint was made with other settings (then → now): ${shown}`);
  }
  const tools = [
    ...(state.engine.library === engine.library ? [] : [`engine ${state.engine.library} → ${engine.library}`]),
    ...(state.version === version ? [] : [`@s3/trainer ${state.version} → ${version}`]),
  ];
  if (tools.length > 0)
    observer.message('warning', `the checkpoint was made by another ${tools.join(', ')}: numbers may differ in their last digits`);
}

/** Sections with the optimizer's and schedule's defaults filled in, since those of the schedule follow totalSteps. */
function comparable(sections: Sections, order: 'min' | 'max'): { readonly [section: string]: unknown } {
  try {
    const optimizer = resolveOptimizer(sections.optimizer);
    const { totalSteps } = sections.training;
    const start = { learningRate: optimizer.learningRate, totalSteps, order, hasMomentum: true };
    return { ...sections, optimizer, scheduler: { name: sections.scheduler.name, ...resolveScheduler(sections.scheduler, start) } };
  } catch {
    return sections;
  }
}
