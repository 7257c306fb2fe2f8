import { type AnyTask, type Json, type Log, type PhaseRun, parseConfig, type Reduction } from '@s3/interface';
import type { z } from 'zod';
import { version } from '../../package.json';
import type { Checkpoint, CheckpointState } from '../checkpoint/checkpoint-state.ts';
import { addToColumns, type CollectedColumns } from '../evaluation/collected-columns.ts';
import { batchesToJudge, judgeBatches } from '../evaluation/judge-batches.ts';
import { observeAll, type RunObserver } from '../observers/observer.ts';
import { optimizerSettings } from '../optimizers/optimizer-settings.ts';
import { schedulerSettings } from '../schedules/scheduler-settings.ts';
import { decidingMetric, metricOf } from '../training/deciding-metric.ts';
import { trainingSettings } from '../training/training-settings.ts';
import { type TrainedProblem, trainingSteps } from '../training/training-steps.ts';
import { checkpointFiles, type NamedFiles } from './checkpoint-files.ts';

/** What training without a disk is given. */
export interface TrainInMemoryOptions {
  readonly problem: TrainedProblem;
  /** the task that the problem was made of; it stays the caller's, to be used and disposed */
  readonly task: AnyTask;
  readonly training: z.input<typeof trainingSettings>;
  readonly optimizer: z.input<typeof optimizerSettings>;
  readonly scheduler?: z.input<typeof schedulerSettings>;
  /** what checkpoints say about the run that made them */
  readonly origin: Pick<CheckpointState, 'recipe' | 'engine' | 'corpus'>;
  /** settings of the recipe, as checkpoints keep them */
  readonly config: { readonly [section: string]: unknown };
  readonly encoders: { readonly [name: string]: Json };
  /** where to go on from; absent to start anew */
  readonly from?: Checkpoint;
  readonly observer?: RunObserver;
  /** told after each evaluation, with what is more than numbers: files and figures */
  readonly onJudged?: (step: number, reduction: Reduction<Log>) => void;
  /** asks to stop: what was trained so far is the result */
  readonly signal?: AbortSignal;
}

/** What training without a disk gives. */
export interface TrainedInMemory {
  /** steps done; fewer than were asked for when it was stopped */
  readonly step: number;
  /** the checkpoint after the last step */
  readonly files: NamedFiles;
}

/**
 * Trains a task without disk, command line or other processes, as in a page.
 *
 * It takes the same steps as a run: the same batches, settings and seeds give the same weights, and the checkpoint has
 * the files of a run's, which goes on from it. What a run does beside its steps is not done: nothing is saved on the
 * way, no checkpoint is picked or averaged by validation, and training does not stop before `totalSteps`.
 *
 * @throws ConfigError for settings that are refused
 * @throws InputError for a training set without batches
 */
export async function trainInMemory(options: TrainInMemoryOptions): Promise<TrainedInMemory> {
  const { problem, task, signal, from, origin, config, encoders } = options;
  const training = parseConfig('training', trainingSettings, options.training);
  const optimizer = parseConfig('optimizer', optimizerSettings, options.optimizer);
  const scheduler = parseConfig('scheduler', schedulerSettings, options.scheduler ?? {});
  const observer = observeAll(options.observer ? [options.observer] : []);
  const steps = await trainingSteps({ problem, task, training, optimizer, scheduler, from, observer, signal });
  try {
    while (steps.place.step < training.totalSteps && !steps.isAskedToStop) {
      await steps.take();
      const { step, epoch } = steps.place;
      if (!problem.valid || !(await steps.isEvaluationDue())) continue;
      const reduction = await judge(problem.valid, `valid at step ${step}`, observer, signal);
      if (!reduction) break;
      observer.logged({ split: 'valid', step, epoch, log: reduction.log });
      options.onJudged?.(step, reduction);
      steps.evaluated(metricOf(reduction.log, decidingMetric(problem, training).metric));
    }
    const { state, ...content } = await steps.content();
    const scheduled = state.step >= training.totalSteps;
    const files = await checkpointFiles({ ...content, config, encoders, state: { ...origin, version, ...state, best: null, scheduled } });
    return { step: state.step, files };
  } finally {
    await steps.close();
  }
}

/** Judges one split as a run does; undefined when asked to stop before its end. */
async function judge(
  phase: PhaseRun<Log>,
  label: string,
  observer: Required<RunObserver>,
  signal: AbortSignal | undefined,
): Promise<Reduction<Log> | undefined> {
  const entries = await judgeBatches(phase, { label, total: batchesToJudge(phase, label, -1), observer, signal });
  if (signal?.aborted) return undefined;
  const columns: CollectedColumns = {};
  for (const { entry } of entries) addToColumns(columns, entry);
  return phase.reduce(columns as never);
}
