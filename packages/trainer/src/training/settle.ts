import { join } from 'node:path';
import { moduleOf, type Problem } from '@s3/interface';
import { writeCheckpoint } from '../checkpoint/checkpoint.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { decidingMetric, metricOf } from './deciding-metric.ts';
import { type TrainOptions, validFiles } from './train.ts';

/**
 * Takes the place of training where nothing is trained: judges the validation set once, lets the problem settle what follows from
 * it, and saves the task as `step_0`, with a validation set also as `valid_best`.
 *
 * @throws InterruptedError when the signal asks to stop, before anything is saved
 */
export async function settle(options: Omit<TrainOptions, 'problem'> & { readonly problem: Problem }): Promise<void> {
  const { problem, task, training, evalBatches, trainDir, origin, config, encoders, from, observer, signal, communicator } = options;
  // saved last, so all is done
  if (from) return;
  const begin = performance.now();
  const judged = problem.valid && (await evaluate(problem.valid, { label: 'valid', evalBatches, observer, signal, communicator }));
  if (judged) {
    observer.logged({ split: 'valid', step: 0, epoch: 0, log: judged.log });
    problem.settle?.(judged.log as never);
  }
  if (communicator.rank !== 0) return;
  const { metric } = decidingMetric(problem, training);
  const value = judged ? metricOf(judged.log, metric) : Number.NaN;
  const nothing = moduleOf({});
  const content = {
    model: task.model,
    task,
    optimizer: nothing,
    schedule: nothing,
    config,
    encoders,
    sinceLog: {},
    state: {
      ...origin,
      step: 0,
      epoch: 0,
      batchInEpoch: 0,
      seed: training.seed,
      skippedSteps: 0,
      evaluatedStep: 0,
      best: judged ? { metric, value: Number.isFinite(value) ? value : null, step: 0 } : null,
      scheduled: true,
      seconds: (performance.now() - begin) / 1000,
    },
  };
  if (judged) await writeCheckpoint(join(trainDir, 'valid_best'), { ...content, files: validFiles(judged) });
  await writeCheckpoint(join(trainDir, 'step_0'), content);
}
