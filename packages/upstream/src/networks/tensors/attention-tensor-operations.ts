import * as tf from '@tensorflow/tfjs-core';
import type { AttentionOperations } from '../operations/attention-operations.ts';
import { waveFrequencies } from '../operations/wave-frequencies.ts';
import type { Weight } from '../weight-names.ts';

/**
 * `AttentionOperations` on tensors, with gradients.
 *
 * @param drop drops values at a rate, in training
 */
export function attentionTensorOperations(
  valueAt: <T extends tf.Tensor>(weight: Weight) => T,
  drop: <T extends tf.Tensor>(x: T, rate: number) => T,
): AttentionOperations<tf.Tensor> {
  return {
    distanceKeys: (like, embedding, { left, right, heads }) =>
      tf.tidy(() => {
        const distances = 2 * like.shape[1]! - 1;
        const rows = left + right + 1;
        const chosen = new Float32Array(distances * rows);
        for (let index = 0; index < distances; index++) {
          const ahead = index - like.shape[1]! + 1;
          chosen[index * rows + Math.min(Math.max(ahead, -left), right) + left] = 1;
        }
        // a product rather than a gather, whose gradient not every engine has
        const keys = tf.matMul(tf.tensor2d(chosen, [distances, rows]), valueAt<tf.Tensor2D>(embedding));
        return tf.expandDims(
          tf.concat(
            Array.from({ length: heads }, () => keys),
            -1,
          ),
          0,
        );
      }),
    stepWaves: (like, size) => stepWaves(like.shape[1]!, size),
    splitHeads,
    groupSums: (x, groups) => tf.tidy(() => tf.split(x, groups, -1).map((part) => tf.sum(part, -1, true))),
    distanceBias: (like, embedding, bucketOf) => distanceBias(like.shape[1]!, valueAt(embedding), bucketOf),
    distanceWaves: (like, size) => distanceWaves(like.shape[1]!, size),
    distanceProducts: (query, keys, heads) => tf.tidy(() => distanceProducts(splitHeads(query, heads), splitHeads(keys, heads))),
    rotated: (x, heads, { size, base }) => tf.tidy(() => rotated(x, heads, size, base)),
    attention: (query, key, value, { heads, scale, bias, mask, dropout: rate }) =>
      tf.tidy(() => {
        let products = tf.matMul(splitHeads(tf.mul(query, scale), heads), splitHeads(key, heads), false, true);
        if (bias) products = tf.add(products, bias);
        // so far below that the share is 0, and still a number
        if (mask) products = tf.add(products, tf.reshape(tf.mul(tf.sub(mask, 1), 1e30), [mask.shape[0]!, 1, 1, -1]));
        const read = tf.matMul(drop(tf.softmax(products), rate), splitHeads(value, heads));
        return tf.reshape(tf.transpose(read, [0, 2, 1, 3]), value.shape);
      }),
  };
}

function splitHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, steps, size] = x.shape as [number, number, number];
    return tf.transpose(tf.reshape(x, [batch, steps, heads, size / heads]), [0, 2, 1, 3]) as tf.Tensor4D;
  });
}

function stepWaves(steps: number, size: number): tf.Tensor3D {
  const waves = new Float32Array(steps * size);
  for (let step = 0; step < steps; step++) {
    for (let at = 0; at < size; at++) {
      const angle = step / 10_000 ** ((2 * (at >> 1)) / size);
      waves[step * size + at] = at % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor3d(waves, [1, steps, size]);
}

function distanceWaves(steps: number, size: number): tf.Tensor3D {
  const waves = new Float32Array((2 * steps - 1) * size);
  const frequencies = waveFrequencies(size);
  for (let row = 0; row < 2 * steps - 1; row++) {
    for (let at = 0; at < size; at++) {
      const angle = Math.fround((steps - 1 - row) * frequencies[at >> 1]!);
      waves[row * size + at] = at % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor3d(waves, [1, 2 * steps - 1, size]);
}

/**
 * Products of each step with all distances, (batch, heads, steps, 2 * steps - 1), to those with the distances to all steps: each row
 * is the one above shifted by one, out of rows of one column more, cut again.
 */
function distanceProducts(query: tf.Tensor4D, keys: tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, steps, features] = query.shape;
  const distances = 2 * steps - 1;
  const everyone: tf.Tensor4D = tf.transpose(query, [1, 0, 2, 3]);
  // one product for the whole batch: (heads, batch * steps, distances)
  const rows = tf.matMul(
    tf.reshape(everyone, [heads, batch * steps, features]),
    tf.reshape(keys, [heads, distances, features]),
    false,
    true,
  );
  const products = tf.transpose(tf.reshape(rows, [heads, batch, steps, distances]), [1, 0, 2, 3]);
  const wide = tf.pad(products, [
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 0],
  ]);
  const shifted = tf.slice(tf.reshape(wide, [batch * heads, -1]), [0, steps], [-1, steps * distances]);
  return tf.slice(tf.reshape(shifted, [batch, heads, steps, distances]), [0, 0, 0, 0], [-1, -1, -1, steps]) as tf.Tensor4D;
}

function rotated(x: tf.Tensor, heads: number, size: number, base: number): tf.Tensor {
  const steps = x.shape[1]!;
  const features = size / heads;
  const angles = tf.outerProduct(tf.range(0, steps) as tf.Tensor1D, tf.tensor1d(waveFrequencies(features, base)));
  // (steps, 1, features), both halves alike
  const both = tf.expandDims(tf.concat([angles, angles], -1), 1);
  const split = tf.reshape(x, [-1, steps, heads, features]);
  const [first, second] = tf.split(split, 2, -1);
  const turned = tf.concat([tf.neg(second!), first!], -1);
  return tf.reshape(tf.add(tf.mul(split, tf.cos(both)), tf.mul(turned, tf.sin(both))), x.shape);
}

/**
 * (1, heads, steps, steps), in row i and column j the embedding of the distance j - i.
 *
 * Each row is the one above shifted by one: out of rows of one step more, flattened and cut
 * again, without a gather, whose gradient not every engine has.
 */
function distanceBias(steps: number, embedding: tf.Tensor2D, bucketOf: (distance: number) => number): tf.Tensor {
  return tf.tidy(() => {
    const [buckets, heads] = embedding.shape;
    const distances = 2 * steps - 1;
    const chosen = new Float32Array(distances * buckets);
    for (let index = 0; index < distances; index++) chosen[index * buckets + bucketOf(index - steps + 1)] = 1;
    const values = tf.matMul(embedding, tf.tensor2d(chosen, [distances, buckets]), true, true);
    const row = tf.pad(values, [
      [0, 0],
      [0, 1],
    ]);
    const rows = tf.mul(tf.expandDims(row, 1), tf.ones([1, steps, 1]));
    const flat = tf.slice(tf.reshape(rows, [heads, -1]), [0, 0], [heads, steps * distances]);
    const shifted = tf.slice(tf.reshape(flat, [heads, steps, distances]), [0, 0, steps - 1], [heads, steps, steps]);
    return tf.expandDims(shifted, 0);
  });
}
