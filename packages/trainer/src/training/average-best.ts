import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyTask, Checkpointable, Communicator } from '@s3/interface';
import { randomStream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { parse } from 'yaml';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { removeDirectory } from '../files/replace-directory.ts';
import { replaceFile } from '../files/replace-file.ts';
import { fromRoot } from '../parallel/from-root.ts';
import type { DecidingMetric } from './deciding-metric.ts';
import { isBetter } from './is-better.ts';
import { preparedBatches } from './prepared-batches.ts';
import { disposeTensors } from './tensors-of.ts';
import type { TrainedProblem } from './training-steps.ts';

/** A checkpoint that was judged on the validation set and is kept for averaging, `train/valid_step_N`. */
export interface JudgedCheckpoint {
  readonly step: number;
  readonly directory: string;
  readonly value: number;
}

/** Name of the folder of a checkpoint that is kept for averaging. */
export const judgedName = (step: number): string => `valid_step_${step}`;

/** The checkpoints kept for averaging up to a step, the best first; of equal ones the earlier. */
export async function judgedCheckpoints(
  trainDir: string,
  { metric, order }: DecidingMetric,
  lastStep: number,
): Promise<readonly JudgedCheckpoint[]> {
  const found: JudgedCheckpoint[] = [];
  for (const name of await readdir(trainDir).catch((): string[] => [])) {
    const step = Number(/^valid_step_(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (!(step <= lastStep)) continue;
    const directory = join(trainDir, name);
    // one without a result is a rest of something else
    const log = await readFile(join(directory, 'valid-result.yaml'), 'utf8').then(parse, () => undefined);
    if (typeof log?.[metric] === 'number') found.push({ step, directory, value: log[metric] });
  }
  return found.sort((a, b) => (isBetter(a.value, b.value, order) ? -1 : isBetter(b.value, a.value, order) ? 1 : a.step - b.step));
}

/** Removes all but the best ones. */
export async function removeWorse(judged: readonly JudgedCheckpoint[], count: number): Promise<void> {
  for (const { directory } of judged.slice(count)) await removeDirectory(directory);
}

/**
 * After the last step: has the mean of the weights of the best checkpoints judged, once.
 *
 * Model and task have the weights of the last step again when it is done.
 *
 * Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018.
 *
 * @param judge judges and keeps the weights that model and task have then, the mean of those of these steps; gives the deciding metric
 * @throws InputError for a damaged checkpoint
 */
export async function averageBest(
  run: {
    readonly task: AnyTask;
    readonly problem: TrainedProblem;
    readonly trainDir: string;
    readonly deciding: DecidingMetric;
    /** checkpoints to average at most */
    readonly count: number;
    /** the last one, whose checkpoint has been saved */
    readonly step: number;
    readonly seed: number;
    readonly communicator: Communicator;
  },
  judge: (averaged: readonly number[]) => Promise<number>,
): Promise<void> {
  const { task, trainDir, deciding, step, communicator } = run;
  const all = await fromRoot(communicator, () => judgedCheckpoints(trainDir, deciding, step));
  const kept = all.slice(0, run.count);
  const averaged = kept.map((judged) => judged.step);
  const note = join(trainDir, 'average.json');
  const done = await fromRoot(communicator, () => readFile(note, 'utf8').then(JSON.parse, () => undefined));
  if (averaged.length < 2 || (done?.step === step && done.averaged.join() === averaged.join())) return;
  await loadAverage(
    task,
    kept.map(({ directory }) => directory),
  );
  await renewStatistics(task, run.problem, run.seed);
  const value = await judge(averaged);
  if (communicator.rank === 0) await replaceFile(note, `${JSON.stringify({ step, averaged, metric: deciding.metric, value })}\n`);
  const last = await readCheckpoint(join(trainDir, `step_${step}`));
  await last.load('model', task.model);
  await last.load('task', task);
}

/** Gives model and task the mean of the weights of several checkpoints. */
async function loadAverage(task: AnyTask, directories: readonly string[]): Promise<void> {
  const parts: readonly (readonly [name: 'model' | 'task', part: Checkpointable])[] = [
    ['model', task.model],
    ['task', task],
  ];
  const sums = new Map<string, tf.Tensor>();
  try {
    for (const directory of directories) {
      const saved = await readCheckpoint(directory);
      for (const [name, part] of parts) {
        await saved.load(name, part);
        for (const [key, tensor] of Object.entries(part.state().tensors)) {
          const sum = sums.get(`${name}.${key}`);
          sums.set(`${name}.${key}`, sum ? tf.add(sum, tensor) : tf.clone(tensor));
          sum?.dispose();
        }
      }
    }
    for (const [name, part] of parts) {
      const { tensors, values } = part.state();
      const means = Object.fromEntries(Object.keys(tensors).map((key) => [key, tf.div(sums.get(`${name}.${key}`)!, directories.length)]));
      part.loadState({ tensors: means, values });
      tf.dispose(means);
    }
  } finally {
    disposeTensors([...sums.values()]);
  }
}

/** Batches after which nothing of statistics that move a tenth of the way each time is left but 0.5 %. */
const batchesForStatistics = 50;

/**
 * Renews what follows the batches without being trained (running means of batch normalization): that of averaged weights is
 * not the average of theirs, so training batches pass through once more, without gradients.
 */
async function renewStatistics(task: AnyTask, problem: TrainedProblem, seed: number): Promise<void> {
  const follows = [task.model, task].some((part) => Object.keys(part.state().tensors).length > part.trainable.length);
  if (!follows) return;
  let index = 0;
  const from = { epoch: 0, start: 0, epochs: Number.POSITIVE_INFINITY };
  for await (const { batch, prepared } of preparedBatches(problem.train, from, batchesForStatistics)) {
    try {
      const mode = { training: true, random: randomStream(seed, 'average', index++) };
      tf.tidy(() => void problem.train.step(batch as never, prepared as never, mode));
    } finally {
      disposeTensors(batch, prepared);
    }
  }
}
