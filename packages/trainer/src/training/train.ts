import { basename, join } from 'node:path';
import { type AnyTask, type Communicator, InputError, type Json, type Log, type PhaseRun, type Reduction } from '@s3/interface';
import { stringify } from 'yaml';
import { type Checkpoint, type CheckpointState, writeCheckpoint } from '../checkpoint/checkpoint.ts';
import { bestSoFar, removeSpareCheckpoints } from '../checkpoint/train-folder.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { formatMetric, formatNumber, metricLabel } from '../formatting/format-metric.ts';
import { InterruptedError } from '../interrupted-error.ts';
import type { RunObserver } from '../observers/observer.ts';
import type { OptimizerSettings } from '../optimizers/optimizer-settings.ts';
import { averageStatistics } from '../parallel/average-statistics.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { gatherValues } from '../parallel/gather-values.ts';
import type { SchedulerSettings } from '../schedules/scheduler-settings.ts';
import { averageBest, judgedCheckpoints, judgedName, removeWorse } from './average-best.ts';
import { decidingMetric, metricOf } from './deciding-metric.ts';
import { isBetter } from './is-better.ts';
import { waitingText } from './step-time.ts';
import type { TrainingSettings } from './training-settings.ts';
import { type TrainedProblem, trainingSteps } from './training-steps.ts';

export interface TrainOptions {
  readonly problem: TrainedProblem;
  readonly task: AnyTask;
  readonly training: TrainingSettings;
  readonly optimizer: OptimizerSettings;
  readonly scheduler: SchedulerSettings;
  /** batches of the validation set to judge; -1: all */
  readonly evalBatches: number;
  /** where checkpoints go */
  readonly trainDir: string;
  /** what checkpoints say about the run that made them */
  readonly origin: Pick<CheckpointState, 'recipe' | 'version' | 'engine' | 'corpus' | 'upstream'>;
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
 * Trains a task up to `training.totalSteps`, with evaluations and checkpoints on the way.
 *
 * It ends before where `training.stopAfter` evaluations in a row were not better; with a larger one it goes on from there.
 * The last step is always saved and, if there are evaluations, evaluated, which S3PRL does only when it is their turn.
 *
 * @throws InterruptedError after saving, when the signal asks to stop
 */
export async function train(options: TrainOptions): Promise<void> {
  const { problem, task, training, observer, signal, trainDir, from, communicator } = options;
  const { totalSteps, saveStep, seed } = training;
  checkEvaluations(options);
  const deciding = decidingMetric(problem, training);
  const steps = await trainingSteps({ ...options, gather: (value) => gatherValues(communicator, value) });
  let best = from
    ? await fromRoot(communicator, () => bestSoFar(trainDir, from.state.best, (text) => observer.message('warning', text)))
    : null;
  /** newest checkpoint of this run's making, or the one gone on from */
  let savedStep = from?.state.scheduled ? from.state.step : -1;

  let evaluationsSinceBest = best ? (from?.state.evaluationsSinceBest ?? 0) : 0;
  const stopsEarly = (): boolean => training.stopAfter !== null && evaluationsSinceBest >= training.stopAfter;
  const isOver = (): boolean => steps.place.step >= totalSteps || stopsEarly();

  let statisticsSharedAt = -1;
  /** Before weights are judged or saved: running statistics become the mean of those of all processes, once a step. */
  const shareStatistics = async (): Promise<void> => {
    if (statisticsSharedAt === steps.place.step) return;
    for (const module of [task.model, task]) await averageStatistics(communicator, module);
    statisticsSharedAt = steps.place.step;
  };

  const save = async (name: string, scheduled: boolean, files: { readonly [file: string]: string | Uint8Array } = {}): Promise<string> => {
    const directory = join(trainDir, name);
    await shareStatistics();
    const { state, ...content } = await steps.content();
    if (communicator.rank !== 0) return directory;
    const { config, encoders, origin } = options;
    await writeCheckpoint(directory, {
      ...content,
      config,
      encoders,
      files,
      state: { ...origin, ...state, best, evaluationsSinceBest, scheduled },
    });
    return directory;
  };

  const validate = async (valid: PhaseRun<Log>): Promise<void> => {
    if (!(await steps.isEvaluationDue())) return;
    const { step } = steps.place;
    await shareStatistics();
    const judged = await judge(valid, `valid at step ${step}`);
    steps.evaluated(judged.value);
    if (training.averageBest > 1) {
      await save(judgedName(step), true, validFiles(judged.reduction));
      if (communicator.rank === 0) await removeWorse(await judgedCheckpoints(trainDir, deciding, step), training.averageBest);
    }
    const { value } = judged;
    evaluationsSinceBest = isBest(value) ? 0 : evaluationsSinceBest + 1;
    await keepIfBest(judged);
    if (!stopsEarly() || step >= totalSteps) return;
    const found = best && `; the best, ${formatMetric(deciding.metric, best.value ?? Number.NaN)}, was at step ${formatNumber(best.step)}`;
    const evaluations = evaluationsSinceBest === 1 ? 'evaluation' : `${evaluationsSinceBest} evaluations`;
    observer.message(
      'info',
      `training stops at step ${formatNumber(step)}: no better ${metricLabel(deciding.metric)} in the last ${evaluations} (training.stopAfter)${found ?? ''}`,
    );
  };

  const isBest = (value: number): boolean => !best || isBetter(value, best.value ?? Number.NaN, deciding.order);

  const judge = async (valid: PhaseRun<Log>, label: string, also: Log = {}): Promise<Judged> => {
    const { step, epoch } = steps.place;
    const reduction = await evaluate(valid, { label, evalBatches: options.evalBatches, observer, signal, communicator });
    observer.logged({ split: 'valid', step, epoch, log: { ...reduction.log, ...also } });
    const value = metricOf(reduction.log, deciding.metric);
    if (!Number.isFinite(value))
      observer.message('warning', `${label}: ${deciding.metric} is ${value}, which is never better than a number`);
    return { reduction, value };
  };

  const keepIfBest = async ({ value, reduction }: Judged, averaged?: readonly number[]): Promise<void> => {
    if (!isBest(value)) return;
    const known = Number.isFinite(value) ? value : null;
    best = { metric: deciding.metric, value: known, step: steps.place.step, ...(averaged && { averaged: [...averaged] }) };
    await save('valid_best', true, validFiles(reduction));
  };

  /** What is due after a step; done again on resuming where an interruption left it out. */
  const finishStep = async (): Promise<void> => {
    const { valid } = problem;
    const { step } = steps.place;
    if (valid) await validate(valid);
    if (step % saveStep !== 0 && !isOver()) return;
    if (savedStep !== step) await save(`step_${step}`, true);
    savedStep = step;
    if (communicator.rank === 0) await removeSpareCheckpoints(trainDir, training.keepCheckpoints, step);
    if (!isOver() || !valid || training.averageBest < 2) return;
    await averageBest({ task, problem, trainDir, deciding, count: training.averageBest, step, seed, communicator }, async (averaged) => {
      const judged = await judge(valid, `valid with ${averaged.length} averaged`, { averaged: averaged.length });
      await keepIfBest(judged, averaged);
      return judged.value;
    });
  };

  /** @throws InterruptedError always */
  const stopHere = async (): Promise<never> => {
    const { step } = steps.place;
    const directory = savedStep === step ? join(trainDir, `step_${step}`) : await save(`step_${step}`, false);
    throw new InterruptedError(`training at step ${step} of ${totalSteps}`, directory);
  };

  try {
    if (steps.place.step > 0) await finishStep();
    while (!isOver()) {
      if (steps.isAskedToStop) await stopHere();
      await steps.take();
      await finishStep();
    }
    const waiting = waitingText(steps.time);
    if (waiting) observer.message('info', waiting);
  } catch (error) {
    // asked to stop in the middle of an evaluation, which is done again on resuming
    if (error instanceof InterruptedError && error.checkpoint === undefined) await stopHere();
    throw error;
  } finally {
    await steps.close();
  }
}

interface Judged {
  readonly reduction: Reduction<Log>;
  /** of the deciding metric */
  readonly value: number;
}

function checkEvaluations({ problem, training, scheduler }: TrainOptions): void {
  if (training.evalStep !== null && !problem.valid) {
    throw new InputError(
      'training.evalStep',
      String(training.evalStep),
      'null, since there is no validation set',
      'Set it to null, or give the corpus a validation set.',
    );
  }
  const isEvaluated = problem.valid && (training.evalStep !== null || training.evalEachEpoch);
  if (training.stopAfter !== null && !isEvaluated) {
    throw new InputError(
      'training.stopAfter',
      String(training.stopAfter),
      'evaluations that it can count',
      'Set training.evalStep (with a validation set) too, or leave it out.',
    );
  }
  if (!isEvaluated && scheduler.name === 'ReduceLROnPlateau') {
    throw new InputError(
      'scheduler.name',
      scheduler.name,
      'evaluations that it can follow',
      'Set training.evalStep (with a validation set), or choose another schedule.',
    );
  }
}

/** What an evaluation leaves in a checkpoint. */
export function validFiles({ log, files = {}, figures }: Reduction<Log>): { readonly [file: string]: string | Uint8Array } {
  const all = { 'result.yaml': stringify(log), ...(figures && { 'figures.json': JSON.stringify(figures) }), ...files };
  return Object.fromEntries(Object.entries(all).map(([name, content]) => [`valid-${basename(name)}`, content]));
}
