import { InputError, WiringError } from '@s3/interface';
import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { permutationsOf } from './permutations.ts';

/** The loss of a batch in the order of speakers that fits best. */
export interface PermutationInvariantLoss {
  /** mean over the valid frames and the speakers of all chunks */
  readonly loss: tf.Scalar;
  /** (batch, speakers) the reference speaker that each output stands for */
  readonly order: tf.Tensor2D;
}

/**
 * Diarization loss under the best speaker order.
 *
 * A recording's speakers have no natural order, so the loss is the smallest binary cross-entropy over all orders
 * of the reference speakers, one for each chunk. Only what an output agrees with a speaker depends on the order, so one table
 * of speakers x speakers is made and the orders are sums of its cells; the gradient goes through the order chosen.
 *
 * Fujita et al., "End-to-End Neural Speaker Diarization with Permutation-Free Objectives", 2019.
 *
 * @param logits (batch, frames, speakers), before the sigmoid
 * @param activity (batch, frames, speakers), 1 where the speaker talks, else 0
 * @param lengths (batch,) valid frames; later ones do not count
 * @throws WiringError when `logits` and `activity` differ in shape
 * @throws InputError for more than five speakers, or no valid frame
 */
export function permutationInvariantLoss(logits: tf.Tensor3D, activity: tf.Tensor3D, lengths: readonly number[]): PermutationInvariantLoss {
  const [, frames, speakers] = logits.shape;
  if (logits.shape.join() !== activity.shape.join()) {
    throw new WiringError(
      'the diarization model',
      `gives frames of shape [${logits.shape}]`,
      `the labels have shape [${activity.shape}]; give both the same frames and speakers`,
    );
  }
  const validFrames = lengths.reduce((sum, length) => sum + length, 0);
  if (validFrames === 0) throw new InputError('a batch', 'no labelled frame', 'at least one', 'Leave empty chunks out.');
  const orders = permutationsOf(speakers);
  const scale = 1 / (validFrames * speakers);
  const mask = tf.expandDims(lengthMask(lengths, frames), -1) as tf.Tensor3D;

  let kept!: tf.Tensor2D;
  // by hand: the choice of the order has no gradient, and what is left has a simple one
  const lossOf = tf.customGrad((x, save) => {
    const values = x as tf.Tensor3D;
    const agreement = tf.reshape(tf.matMul(values, tf.mul(activity, mask), true, false), [-1, speakers * speakers]) as tf.Tensor2D;
    const cells = cellsOf(orders);
    const best = tf.cast(tf.argMax(tf.matMul(agreement, cells, false, true), -1), 'int32') as tf.Tensor1D;
    kept = tf.keep(tf.gather(tf.tensor2d(orders.flat(), [orders.length, speakers], 'int32'), best));
    const places = tf.reshape(tf.gather(cells, best), [-1, speakers, speakers]); // (batch, outputs, speakers)
    const reordered = tf.matMul(activity, places, false, true);
    // the form that stays exact for large logits
    const entropies = tf.add(tf.sub(tf.relu(values), tf.mul(values, reordered)), tf.softplus(tf.neg(tf.abs(values))));
    const shares = tf.mul(mask, scale);
    (save as tf.GradSaveFunc)([values, reordered, shares]);
    return {
      value: tf.sum(tf.mul(entropies, shares)) as tf.Scalar,
      gradFunc: (derivative: tf.Scalar, saved: tf.Tensor[]) =>
        tf.mul(tf.mul(tf.sub(tf.sigmoid(saved[0]!), saved[1]!), saved[2]!), derivative),
    };
  });
  const loss = lossOf(logits) as tf.Scalar;
  const order = tf.clone(kept);
  kept.dispose();
  return { loss, order };
}

/** 1 in the cells (output, speaker) that an order picks of the table, (orders, speakers * speakers). */
function cellsOf(orders: readonly (readonly number[])[]): tf.Tensor2D {
  const speakers = orders[0]!.length;
  const cells = new Float32Array(orders.length * speakers * speakers);
  orders.flat().forEach((speaker, output) => void cells.fill(1, output * speakers + speaker, output * speakers + speaker + 1));
  return tf.tensor2d(cells, [orders.length, speakers * speakers]);
}
