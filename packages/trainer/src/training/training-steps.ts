import type { AnyTask, Communicator, Json, Log, Problem } from '@s3/interface';
import type { Checkpoint, CheckpointContent, CheckpointState } from '../checkpoint/checkpoint-state.ts';
import { addToColumns, type CollectedColumns } from '../evaluation/collected-columns.ts';
import type { RunObserver } from '../observers/observer.ts';
import { optimizer as makeOptimizer } from '../optimizers/optimizer.ts';
import { type OptimizerSettings, resolveOptimizer } from '../optimizers/optimizer-settings.ts';
import { gradientSum } from '../parallel/gradient-sum.ts';
import { joinShares, type SharedEntry } from '../parallel/join-shares.ts';
import { oneProcess } from '../parallel/one-process.ts';
import { splitBatches } from '../parallel/shares.ts';
import { schedule as makeSchedule } from '../schedules/schedule.ts';
import type { SchedulerSettings } from '../schedules/scheduler-settings.ts';
import { decidingMetric } from './deciding-metric.ts';
import { clippingScale, globalNorm } from './gradients.ts';
import { namedWeights } from './named-weights.ts';
import { preparedBatches } from './prepared-batches.ts';
import { stepShare } from './step-share.ts';
import { type StepTime, waitingShare } from './step-time.ts';
import { disposeTensors } from './tensors-of.ts';
import type { TrainingSettings } from './training-settings.ts';
import { watchTensors } from './watch-tensors.ts';

/** A problem in which something is trained. */
export type TrainedProblem = Problem & Required<Pick<Problem, 'train'>>;

export interface TrainingStepsOptions {
  readonly problem: TrainedProblem;
  readonly task: AnyTask;
  readonly training: TrainingSettings;
  readonly optimizer: OptimizerSettings;
  readonly scheduler: SchedulerSettings;
  /** where to go on from; absent to start anew */
  readonly from?: Checkpoint | undefined;
  readonly observer: Required<RunObserver>;
  readonly signal?: AbortSignal | undefined;
  /** the processes that share each batch; this one alone unless given */
  readonly communicator?: Communicator;
  /** The values of all processes, on rank 0; as `gatherValues`, which needs Node, for more than one. */
  readonly gather?: <Value>(value: Value) => Promise<readonly Value[] | undefined>;
}

/** Where training is in its steps and in the data. */
export type Place = Pick<CheckpointState, 'step' | 'epoch' | 'batchInEpoch' | 'skippedSteps' | 'evaluatedStep'>;

/** The training of a task, step by step: what a run with a disk and one in a page have in common. */
export interface TrainingSteps {
  readonly place: Place;
  /** whether to stop before the next step; all processes agree on it */
  readonly isAskedToStop: boolean;
  /** One update of the weights; logs when it is due. */
  readonly take: () => Promise<void>;
  /** Whether the validation set is to be judged after this step, and has not been. */
  readonly isEvaluationDue: () => Promise<boolean>;
  /** Hears of that, with the deciding metric. */
  readonly evaluated: (value: number) => void;
  /** What a checkpoint keeps of it; every process asks, that of rank 0 is whole. */
  readonly content: () => Promise<
    Pick<CheckpointContent, 'model' | 'task' | 'optimizer' | 'schedule' | 'sinceLog'> & {
      readonly state: Place & Pick<CheckpointState, 'seed' | 'seconds' | 'time'>;
    }
  >;
  /** of this process, with what the checkpoint that it went on from says */
  readonly time: StepTime;
  readonly close: () => Promise<void>;
}

/**
 * Makes the steps of a task's training, from a checkpoint or from its initial weights.
 *
 * One step is one update. Everything that a step depends on is a function of its number, the place in the data and the
 * weights, so that training goes on from a checkpoint exactly as if it had never stopped. Steps whose gradient norm is
 * NaN or infinite change nothing (S3PRL lets infinite ones through); the schedule moves on all the same.
 *
 * Several processes split each batch, so that the same settings train the same however many there are (S3PRL's batch
 * grows with them). Their gradients are averaged, weighted by items or by what the task says that its loss is a mean of;
 * statistics of batch normalization are of each process's share.
 *
 * @throws StateError when the checkpoint is of a task that was built otherwise
 */
export async function trainingSteps(options: TrainingStepsOptions): Promise<TrainingSteps> {
  const { problem, task, training, observer, signal, from, communicator = oneProcess, gather = async (value) => [value] } = options;
  const { totalSteps, logStep, evalStep, evalEachEpoch, gradientAccumulate, gradientClipping, seed } = training;
  const weights = namedWeights(task);
  const sumGradients = gradientSum(communicator, weights);
  const settings = resolveOptimizer(options.optimizer);
  const optimizer = makeOptimizer(weights, settings);
  const schedule = makeSchedule(options.scheduler, {
    learningRate: settings.learningRate,
    totalSteps,
    order: decidingMetric(problem, training).order,
    hasMomentum: settings.betas !== undefined || settings.momentum !== undefined,
  });

  let { step, epoch, batchInEpoch, skippedSteps, evaluatedStep }: Place = from?.state ?? start;
  /** what the steps since the last log gave, of all processes; on rank 0 alone */
  let columns: CollectedColumns = {};
  /** the same of this process, not yet among them */
  let entries: SharedEntry[] = [];
  let isAnyStopping = false;
  if (from) {
    await from.load('model', task.model);
    await from.load('task', task);
    await from.load('optimizer', optimizer);
    schedule.loadState({ tensors: {}, values: from.state.values.schedule as { [key: string]: Json } });
    if (communicator.rank === 0) columns = await from.sinceLog();
  }
  const secondsBefore = from?.state.seconds ?? 0;
  const watch = watchTensors((text) => observer.message('warning', text));
  const begin = performance.now();
  const timeBefore = from?.state.time ?? { steps: 0, reading: 0, preparing: 0 };
  let stepSeconds = 0;
  const stream = preparedBatches(
    problem.train,
    { epoch, start: batchInEpoch, epochs: Number.POSITIVE_INFINITY },
    Math.max(0, totalSteps - step) * gradientAccumulate,
    communicator.size === 1 ? undefined : splitBatches(communicator),
  );
  const showProgress = (latest?: Log): void =>
    observer.progress({ label: 'train', done: step, total: totalSteps, unit: 'steps', ...(latest && { latest }) });
  showProgress();

  const timeSoFar = (): StepTime => ({
    steps: timeBefore.steps + stepSeconds,
    reading: timeBefore.reading + stream.waited.reading,
    preparing: timeBefore.preparing + stream.waited.preparing,
  });

  const gatherEntries = async (): Promise<void> => {
    const all = await gather(entries);
    entries = [];
    for (const entry of joinShares(all?.flat() ?? [])) addToColumns(columns, entry);
  };

  return {
    get place() {
      return { step, epoch, batchInEpoch, skippedSteps, evaluatedStep };
    },
    get isAskedToStop() {
      return communicator.size === 1 ? signal?.aborted === true : isAnyStopping;
    },
    get time() {
      return timeSoFar();
    },
    async take() {
      const begun = performance.now();
      const own = await stepShare(step, { problem, weights, stream, communicator, training });
      ({ epoch, batchInEpoch } = own.place);
      entries.push(...own.entries);
      // all processes have to stop at the same step
      const summed = await sumGradients(own.gradients, [own.loss, signal?.aborted ? 1 : 0]);
      const [loss, stopping] = summed.numbers as [number, number];
      isAnyStopping = stopping > 0;
      const rate = schedule.at(step);
      const gradientNorm = await globalNorm(summed.gradients);
      const isUsable = Number.isFinite(gradientNorm);
      if (isUsable) optimizer.step(summed.gradients, rate, clippingScale(gradientNorm, gradientClipping));
      disposeTensors([...summed.gradients.values()]);
      step += 1;
      watch(step);
      stepSeconds += (performance.now() - begun) / 1000;
      if (!isUsable) skippedSteps += 1;
      // a run gone bad skips every step and need not say so every time
      if (!isUsable && Number.isInteger(Math.log2(skippedSteps)))
        observer.message('warning', `step ${step}: the gradient norm is ${gradientNorm}, the step is skipped (${skippedSteps} so far)`);

      const current: Log = { learningRate: rate.learningRate, gradientNorm, ...(skippedSteps > 0 && { skippedSteps }) };
      const waiting = waitingShare(timeSoFar());
      showProgress({ loss, ...(waiting !== undefined && { waitingForBatches: waiting }), ...current });
      if (step % logStep !== 0) return;
      await gatherEntries();
      if (communicator.rank === 0) {
        const { log } = problem.train.reduce(columns as never);
        observer.logged({ split: 'train', step, epoch, log: { ...log, ...current } });
      }
      columns = {};
    },
    async isEvaluationDue() {
      if (!problem.valid || evaluatedStep >= step || (evalStep === null && !evalEachEpoch)) return false;
      const isAtStep = evalStep !== null && step % evalStep === 0;
      return step >= totalSteps || isAtStep || (evalEachEpoch && (await stream.endedEpoch(gradientAccumulate)));
    },
    evaluated(value) {
      schedule.evaluated?.(value);
      evaluatedStep = step;
    },
    async content() {
      await gatherEntries();
      const seconds = secondsBefore + (performance.now() - begin) / 1000;
      const state = { step, epoch, batchInEpoch, seed, skippedSteps, evaluatedStep, seconds, time: timeSoFar() };
      return { model: task.model, task, optimizer, schedule, state, sinceLog: columns };
    },
    async close() {
      await stream.return();
      optimizer.dispose();
    },
  };
}

const start: Place = { step: 0, epoch: 0, batchInEpoch: 0, skippedSteps: 0, evaluatedStep: 0 };
