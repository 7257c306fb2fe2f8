import { basename, join } from 'node:path';
import {
  type AnyTask,
  type Communicator,
  InputError,
  type Json,
  type Log,
  type PhaseRun,
  type Problem,
  type Reduction,
  randomStream,
} from '@s3/interface';
import { stringify } from 'yaml';
import { averageBest, judgedCheckpoints, judgedName, removeWorse } from './average-best.ts';
import { type Checkpoint, type CheckpointState, writeCheckpoint } from './checkpoint/checkpoint.ts';
import { bestSoFar, removeSpareCheckpoints } from './checkpoint/train-folder.ts';
import { addToColumns, type CollectedColumns } from './collected-columns.ts';
import { decidingMetric, metricOf } from './deciding-metric.ts';
import { evaluate } from './evaluate.ts';
import { addGradients } from './gradients.ts';
import { InterruptedError } from './interrupted-error.ts';
import { isBetter } from './is-better.ts';
import { namedWeights } from './named-weights.ts';
import type { RunObserver } from './observer.ts';
import { optimizer as makeOptimizer, type NamedGradients } from './optimizers/optimizer.ts';
import { type OptimizerSettings, resolveOptimizer } from './optimizers/optimizer-settings.ts';
import { averageStatistics } from './parallel/average-statistics.ts';
import { fromRoot } from './parallel/from-root.ts';
import { gatherValues } from './parallel/gather-values.ts';
import { gradientSum } from './parallel/gradient-sum.ts';
import { joinShares, type SharedEntry } from './parallel/join-shares.ts';
import { splitBatches } from './parallel/shares.ts';
import { preparedBatches } from './prepared-batches.ts';
import { schedule as makeSchedule } from './schedules/schedule.ts';
import type { SchedulerSettings } from './schedules/scheduler-settings.ts';
import type { TrainingSettings } from './training-settings.ts';
import { backward, skippedWarning, update } from './training-step.ts';

export interface TrainOptions {
  readonly problem: Problem;
  readonly task: AnyTask;
  readonly training: TrainingSettings;
  readonly optimizer: OptimizerSettings;
  readonly scheduler: SchedulerSettings;
  /** batches of the validation set to judge; -1: all */
  readonly evalBatches: number;
  /** where checkpoints go */
  readonly trainDir: string;
  /** what checkpoints say about the run that made them */
  readonly origin: Pick<CheckpointState, 'recipe' | 'version' | 'engine' | 'corpus'>;
  readonly config: { readonly [section: string]: unknown };
  readonly encoders: { readonly [name: string]: Json };
  /** where to go on from; absent to start anew */
  readonly from?: Checkpoint | undefined;
  readonly observer: Required<RunObserver>;
  readonly signal?: AbortSignal | undefined;
  /** the processes that train together: they share each batch, and rank 0 writes the checkpoints */
  readonly communicator: Communicator;
}

/**
 * Trains a task up to `training.totalSteps`, from a checkpoint or from its initial weights.
 *
 * One step is one update. Everything that a step depends on is a function of its number,
 * the place in the data and the weights, so a resumed run goes on exactly as an
 * undisturbed one. Steps whose gradient norm is NaN or infinite change nothing (S3PRL
 * lets infinite ones through); the schedule moves on all the same. The last step is
 * always saved and, if there are evaluations, evaluated, which S3PRL does only when it
 * is their turn.
 *
 * Several processes split each batch, so that the same settings train the same however
 * many there are (S3PRL's batch grows with them). Their gradients are averaged, weighted
 * by items, which is exact for a loss that is a mean over the items; statistics of batch
 * normalization are of each process's share.
 *
 * @throws InterruptedError after saving, when the signal asks to stop
 */
export async function train(options: TrainOptions): Promise<void> {
  const { problem, task, training, observer, signal, trainDir, from, communicator } = options;
  const { totalSteps, logStep, evalStep, saveStep, gradientAccumulate, gradientClipping, seed } = training;
  const deciding = decidingMetric(problem, training);
  const weights = namedWeights(task);
  const sumGradients = gradientSum(communicator, weights);
  const settings = resolveOptimizer(options.optimizer);
  const optimizer = makeOptimizer(weights, settings);
  const hasMomentum = settings.betas !== undefined || settings.momentum !== undefined;
  const schedule = makeSchedule(options.scheduler, { learningRate: settings.learningRate, totalSteps, order: deciding.order, hasMomentum });
  checkEvaluations(options);

  let { step, epoch, batchInEpoch, skippedSteps, evaluatedStep, best }: Position = from?.state ?? fresh;
  const secondsBefore = from?.state.seconds ?? 0;
  /** what the steps since the last log gave, of all processes; on rank 0 alone */
  let columns: CollectedColumns = {};
  /** the same of this process, not yet among them */
  let entries: SharedEntry[] = [];
  /** newest checkpoint of this run's making, or the one gone on from */
  let savedStep = from?.state.scheduled ? step : -1;
  if (from) {
    await from.load('model', task.model);
    await from.load('task', task);
    await from.load('optimizer', optimizer);
    schedule.loadState({ tensors: {}, values: from.state.values.schedule as { [key: string]: Json } });
    if (communicator.rank === 0) columns = await from.sinceLog();
    best = await fromRoot(communicator, () => bestSoFar(trainDir, from.state.best, (text) => observer.message('warning', text)));
  }

  const begin = performance.now();
  const secondsSoFar = () => secondsBefore + (performance.now() - begin) / 1000;

  let statisticsSharedAt = -1;
  /** Before weights are judged or saved: running statistics become the mean of those of all processes, once a step. */
  const shareStatistics = async (): Promise<void> => {
    if (statisticsSharedAt === step) return;
    for (const module of [task.model, task]) await averageStatistics(communicator, module);
    statisticsSharedAt = step;
  };

  const save = async (name: string, scheduled: boolean, files: { readonly [file: string]: string | Uint8Array } = {}): Promise<string> => {
    const directory = join(trainDir, name);
    await shareStatistics();
    await gatherEntries();
    if (communicator.rank !== 0) return directory;
    await writeCheckpoint(directory, {
      model: task.model,
      task,
      optimizer,
      schedule,
      state: { ...options.origin, step, epoch, batchInEpoch, seed, skippedSteps, evaluatedStep, best, scheduled, seconds: secondsSoFar() },
      config: options.config,
      encoders: options.encoders,
      sinceLog: columns,
      files,
    });
    return directory;
  };

  const validate = async (): Promise<void> => {
    const isAtStep = evalStep !== null && step % evalStep === 0;
    const isDue = isAtStep || (training.evalEachEpoch && (await stream.endedEpoch(gradientAccumulate)));
    const isLast = step >= totalSteps && (evalStep !== null || training.evalEachEpoch);
    if (!problem.valid || !(isDue || isLast) || evaluatedStep >= step) return;
    await shareStatistics();
    const judged = await judge(problem.valid, `valid at step ${step}`);
    schedule.evaluated?.(judged.value);
    evaluatedStep = step;
    if (training.averageBest > 1) {
      await save(judgedName(step), true, validFiles(judged.reduction));
      if (communicator.rank === 0) await removeWorse(await judgedCheckpoints(trainDir, deciding, step), training.averageBest);
    }
    await keepIfBest(judged);
  };

  const judge = async (valid: PhaseRun<Log>, label: string, also: Log = {}): Promise<Judged> => {
    const reduction = await evaluate(valid, { label, evalBatches: options.evalBatches, observer, signal, communicator });
    observer.logged({ split: 'valid', step, epoch, log: { ...reduction.log, ...also } });
    return { reduction, value: metricOf(reduction.log, deciding.metric) };
  };

  const keepIfBest = async ({ value, reduction }: Judged, averaged?: readonly number[]): Promise<void> => {
    if (best && !isBetter(value, best.value ?? Number.NaN, deciding.order)) return;
    best = { metric: deciding.metric, value: Number.isFinite(value) ? value : null, step, ...(averaged && { averaged: [...averaged] }) };
    await save('valid_best', true, validFiles(reduction));
  };

  /** What is due after a step; done again on resuming where an interruption left it out. */
  const finishStep = async (): Promise<void> => {
    await validate();
    if (step % saveStep !== 0 && step < totalSteps) return;
    if (savedStep !== step) await save(`step_${step}`, true);
    savedStep = step;
    if (communicator.rank === 0) await removeSpareCheckpoints(trainDir, training.keepCheckpoints, step);
    const { valid } = problem;
    if (step < totalSteps || !valid || training.averageBest < 2) return;
    await averageBest({ task, problem, trainDir, deciding, count: training.averageBest, step, seed, communicator }, async (averaged) => {
      const judged = await judge(valid, `valid with ${averaged.length} averaged`, { averaged: averaged.length });
      await keepIfBest(judged, averaged);
      return judged.value;
    });
  };

  const gatherEntries = async (): Promise<void> => {
    const all = await gatherValues(communicator, entries);
    entries = [];
    for (const entry of joinShares(all?.flat() ?? [])) addToColumns(columns, entry);
  };

  /** @throws InterruptedError always */
  const stopHere = async (): Promise<never> => {
    const directory = savedStep === step ? join(trainDir, `step_${step}`) : await save(`step_${step}`, false);
    throw new InterruptedError(`training at step ${step} of ${totalSteps}`, directory);
  };

  const stream = preparedBatches(
    problem.train,
    { epoch, start: batchInEpoch, epochs: Number.POSITIVE_INFINITY },
    Math.max(0, totalSteps - step) * gradientAccumulate,
    communicator.size === 1 ? undefined : splitBatches(communicator),
  );
  let stopping = false;
  try {
    if (step > 0) await finishStep();
    observer.progress({ label: 'train', done: step, total: totalSteps, unit: 'steps' });
    while (step < totalSteps) {
      if (stopping || (signal?.aborted && communicator.size === 1)) await stopHere();
      let own: NamedGradients = new Map();
      let ownLoss = 0;
      for (let microBatch = 0; microBatch < gradientAccumulate; microBatch++) {
        const { value: next, done } = await stream.next();
        if (done)
          throw new InputError('the training set', 'no batches', 'at least one', 'Give a training table with rows, or smaller batches.');
        if (next.batch !== undefined) {
          // ranks work on different items, so each draws for itself
          const random = randomStream(seed, 'step', step, microBatch, ...(communicator.rank === 0 ? [] : [communicator.rank]));
          const share = next.fraction / gradientAccumulate;
          const stepped = await backward(problem.train, weights, next, { random, share });
          own = addGradients(own, stepped.gradients);
          ownLoss += stepped.loss * share;
          entries.push({ batch: step * gradientAccumulate + microBatch, fraction: next.fraction, entry: stepped.entry });
        }
        epoch = next.epoch;
        batchInEpoch = next.index + 1;
      }

      // all processes have to stop at the same step
      const summed = await sumGradients(own, [ownLoss, signal?.aborted ? 1 : 0]);
      const { gradients, numbers } = summed;
      const loss = numbers[0]!;
      stopping = numbers[1]! > 0;
      const rate = schedule.at(step);
      const { gradientNorm, isUsable } = await update(optimizer, gradients, rate, gradientClipping);
      step += 1;
      const warning = isUsable ? undefined : skippedWarning(step, gradientNorm, ++skippedSteps);
      if (warning !== undefined) observer.message('warning', warning);

      const current: Log = { learningRate: rate.learningRate, gradientNorm, ...(skippedSteps > 0 && { skippedSteps }) };
      observer.progress({ label: 'train', done: step, total: totalSteps, unit: 'steps', latest: { loss, ...current } });
      if (step % logStep === 0) {
        await gatherEntries();
        if (communicator.rank === 0) {
          const { log } = problem.train.reduce(columns as never);
          observer.logged({ split: 'train', step, epoch, log: { ...log, ...current } });
        }
        columns = {};
      }
      await finishStep();
    }
  } catch (error) {
    // asked to stop in the middle of an evaluation, which is done again on resuming
    if (error instanceof InterruptedError && error.checkpoint === undefined) await stopHere();
    throw error;
  } finally {
    await stream.return();
    optimizer.dispose();
  }
}

interface Judged {
  readonly reduction: Reduction<Log>;
  /** of the deciding metric */
  readonly value: number;
}

type Position = Pick<CheckpointState, 'step' | 'epoch' | 'batchInEpoch' | 'skippedSteps' | 'evaluatedStep' | 'best'>;
const fresh: Position = { step: 0, epoch: 0, batchInEpoch: 0, skippedSteps: 0, evaluatedStep: 0, best: null };

function checkEvaluations({ problem, training, scheduler }: TrainOptions): void {
  if (training.evalStep !== null && !problem.valid) {
    throw new InputError(
      'training.evalStep',
      String(training.evalStep),
      'null, since there is no validation set',
      'Set it to null, or give the corpus a validation set.',
    );
  }
  if (training.evalStep === null && !(training.evalEachEpoch && problem.valid) && scheduler.name === 'ReduceLROnPlateau') {
    throw new InputError(
      'scheduler.name',
      scheduler.name,
      'evaluations that it can follow',
      'Set training.evalStep (with a validation set), or choose another schedule.',
    );
  }
}

function validFiles({ log, files = {}, figures }: Reduction<Log>): { readonly [file: string]: string | Uint8Array } {
  const all = { 'result.yaml': stringify(log), ...(figures && { 'figures.json': JSON.stringify(figures) }), ...files };
  return Object.fromEntries(Object.entries(all).map(([name, content]) => [`valid-${basename(name)}`, content]));
}
