import { type Communicator, InputError, randomStream } from '@s3/interface';
import type * as tf from '@tensorflow/tfjs-core';
import type { NamedGradients } from '../optimizers/optimizer.ts';
import { fractionOfAll } from '../parallel/fraction-of-all.ts';
import type { SharedEntry } from '../parallel/join-shares.ts';
import { type Backward, backward } from './backward.ts';
import { addGradients, scaleGradients } from './gradients.ts';
import type { PreparedBatches } from './prepared-batches.ts';
import type { TrainingSettings } from './training-settings.ts';
import type { TrainedProblem } from './training-steps.ts';

/** What one process does of a step. */
export interface StepShare {
  /** they belong to the caller */
  readonly gradients: NamedGradients;
  /** its part of the mean over the step's batches */
  readonly loss: number;
  /** what the task collects of each batch */
  readonly entries: readonly SharedEntry[];
  /** where the next batch is */
  readonly place: { readonly epoch: number; readonly batchInEpoch: number };
}

/**
 * Takes this process's share of the next batches, as many as make a step.
 *
 * @throws InputError when there is no batch
 */
export async function stepShare(
  step: number,
  {
    problem: { train },
    weights,
    stream,
    communicator,
    training: { seed, gradientAccumulate },
  }: {
    readonly problem: TrainedProblem;
    readonly weights: ReadonlyMap<string, tf.Variable>;
    readonly stream: PreparedBatches;
    readonly communicator: Communicator;
    readonly training: Pick<TrainingSettings, 'seed' | 'gradientAccumulate'>;
  },
): Promise<StepShare> {
  // what a share counts is known only once every process has stepped its own
  const isWeighed = communicator.size > 1 && train.weight !== undefined;
  let gradients: NamedGradients = new Map();
  let loss = 0;
  const entries: SharedEntry[] = [];
  let place = { epoch: 0, batchInEpoch: 0 };
  for (let microBatch = 0; microBatch < gradientAccumulate; microBatch++) {
    const { value: next, done } = await stream.next();
    if (done) throw new InputError('the training set', 'no batches', 'at least one', 'Give it more recordings, or smaller batches.');
    let stepped: Backward | undefined;
    if (next.batch !== undefined) {
      // ranks work on different items, so each draws for itself
      const random = randomStream(seed, 'step', step, microBatch, ...(communicator.rank === 0 ? [] : [communicator.rank]));
      stepped = await backward(train, weights, next, { random, share: (isWeighed ? 1 : next.fraction) / gradientAccumulate });
    }
    // processes without a share of the batch take part in the sum
    const fraction = isWeighed ? await fractionOfAll(communicator, stepped?.weight ?? 0) : next.fraction;
    if (stepped) {
      gradients = addGradients(gradients, isWeighed ? scaleGradients(stepped.gradients, fraction) : stepped.gradients);
      loss += (stepped.loss * fraction) / gradientAccumulate;
      entries.push({ batch: step * gradientAccumulate + microBatch, fraction, entry: stepped.entry });
    }
    place = { epoch: next.epoch, batchInEpoch: next.index + 1 };
  }
  return { gradients, loss, entries, place };
}
