import {
  type AnyTask,
  InputError,
  type Json,
  type Log,
  type PhaseRun,
  type Problem,
  parseConfig,
  type Reduction,
  randomStream,
} from '@s3/interface';
import type { z } from 'zod';
import { version } from '../../package.json';
import type { Checkpoint, CheckpointState } from '../checkpoint/checkpoint-state.ts';
import { addToColumns, type CollectedColumns } from '../collected-columns.ts';
import { addGradients } from '../gradients.ts';
import { batchesToJudge, judgeBatches } from '../judge-batches.ts';
import { namedWeights } from '../named-weights.ts';
import { observeAll, type RunObserver } from '../observer.ts';
import { optimizer as makeOptimizer, type NamedGradients } from '../optimizers/optimizer.ts';
import { optimizerSettings, resolveOptimizer } from '../optimizers/optimizer-settings.ts';
import { preparedBatches } from '../prepared-batches.ts';
import { schedule as makeSchedule } from '../schedules/schedule.ts';
import { schedulerSettings } from '../schedules/scheduler-settings.ts';
import { trainingSettings } from '../training-settings.ts';
import { backward, skippedWarning, update } from '../training-step.ts';
import { checkpointFiles, type NamedFiles } from './checkpoint-files.ts';

export interface TrainInMemoryOptions {
  readonly problem: Problem;
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
 * way, and no checkpoint is picked or averaged by validation.
 *
 * @throws ConfigError for settings that are refused
 * @throws InputError for a training set without batches
 */
export async function trainInMemory(options: TrainInMemoryOptions): Promise<TrainedInMemory> {
  const { problem, task, signal, from } = options;
  const training = parseConfig('training', trainingSettings, options.training);
  const { totalSteps, logStep, evalStep, gradientAccumulate, gradientClipping, seed } = training;
  const observer = observeAll(options.observer ? [options.observer] : []);
  const weights = namedWeights(task);
  const settings = resolveOptimizer(parseConfig('optimizer', optimizerSettings, options.optimizer));
  const optimizer = makeOptimizer(weights, settings);
  const schedule = makeSchedule(parseConfig('scheduler', schedulerSettings, options.scheduler ?? {}), {
    learningRate: settings.learningRate,
    totalSteps,
    order: training.validOrder ?? problem.best.order,
    hasMomentum: settings.betas !== undefined || settings.momentum !== undefined,
  });
  let { step, epoch, batchInEpoch, skippedSteps, evaluatedStep } = from?.state ?? fresh;
  let columns: CollectedColumns = {};
  const secondsBefore = from?.state.seconds ?? 0;
  const begin = performance.now();
  let stream: ReturnType<typeof preparedBatches> | undefined;

  const validate = async (): Promise<void> => {
    const isAtStep = evalStep !== null && step % evalStep === 0;
    const isDue = isAtStep || (training.evalEachEpoch && (await stream!.endedEpoch(gradientAccumulate)));
    const isLast = step >= totalSteps && (evalStep !== null || training.evalEachEpoch);
    if (!problem.valid || !(isDue || isLast) || evaluatedStep >= step) return;
    const reduction = await judgeInMemory(problem.valid, { label: `valid at step ${step}`, observer, ...(signal && { signal }) });
    if (!reduction) return;
    observer.logged({ split: 'valid', step, epoch, log: reduction.log });
    options.onJudged?.(step, reduction);
    schedule.evaluated?.(reduction.log[training.validMetric ?? problem.best.metric]!);
    evaluatedStep = step;
  };

  try {
    if (from) {
      await from.load('model', task.model);
      await from.load('task', task);
      await from.load('optimizer', optimizer);
      schedule.loadState({ tensors: {}, values: from.state.values.schedule as { [key: string]: Json } });
      columns = await from.sinceLog();
    }
    stream = preparedBatches(
      problem.train,
      { epoch, start: batchInEpoch, epochs: Number.POSITIVE_INFINITY },
      Math.max(0, totalSteps - step) * gradientAccumulate,
    );
    observer.progress({ label: 'train', done: step, total: totalSteps, unit: 'steps' });
    while (step < totalSteps && !signal?.aborted) {
      let gradients: NamedGradients = new Map();
      let loss = 0;
      for (let microBatch = 0; microBatch < gradientAccumulate; microBatch++) {
        const { value: next, done } = await stream.next();
        if (done) throw new InputError('the training set', 'no batches', 'at least one', 'Give more recordings, or smaller batches.');
        const random = randomStream(seed, 'step', step, microBatch);
        const share = 1 / gradientAccumulate;
        const stepped = await backward(problem.train, weights, next, { random, share });
        gradients = addGradients(gradients, stepped.gradients);
        loss += stepped.loss * share;
        addToColumns(columns, stepped.entry);
        epoch = next.epoch;
        batchInEpoch = next.index + 1;
      }
      const rate = schedule.at(step);
      const { gradientNorm, isUsable } = await update(optimizer, gradients, rate, gradientClipping);
      step += 1;
      const warning = isUsable ? undefined : skippedWarning(step, gradientNorm, ++skippedSteps);
      if (warning !== undefined) observer.message('warning', warning);
      const current: Log = { learningRate: rate.learningRate, gradientNorm, ...(skippedSteps > 0 && { skippedSteps }) };
      observer.progress({ label: 'train', done: step, total: totalSteps, unit: 'steps', latest: { loss, ...current } });
      if (step % logStep === 0) {
        const { log } = problem.train.reduce(columns as never);
        observer.logged({ split: 'train', step, epoch, log: { ...log, ...current } });
        columns = {};
      }
      await validate();
    }
    const state = { ...options.origin, version, step, epoch, batchInEpoch, seed, skippedSteps, evaluatedStep, best: null };
    const files = await checkpointFiles({
      model: task.model,
      task,
      optimizer,
      schedule,
      state: { ...state, scheduled: step >= totalSteps, seconds: secondsBefore + (performance.now() - begin) / 1000 },
      config: options.config,
      encoders: options.encoders,
      sinceLog: columns,
    });
    return { step, files };
  } finally {
    await stream?.return();
    optimizer.dispose();
  }
}

/** Judges one split as a run does; undefined when asked to stop before its end. */
export async function judgeInMemory<L extends Log>(
  phase: PhaseRun<L>,
  { label = 'test', observer, signal }: { readonly label?: string; readonly observer?: RunObserver; readonly signal?: AbortSignal } = {},
): Promise<Reduction<L> | undefined> {
  const total = batchesToJudge(phase, label, -1);
  const entries = await judgeBatches(phase, { label, total, observer: observeAll(observer ? [observer] : []), signal });
  if (signal?.aborted) return undefined;
  const columns: CollectedColumns = {};
  for (const { entry } of entries) addToColumns(columns, entry);
  return phase.reduce(columns as never);
}

const fresh = { step: 0, epoch: 0, batchInEpoch: 0, skippedSteps: 0, evaluatedStep: 0 } as const;
