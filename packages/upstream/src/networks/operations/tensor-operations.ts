import type { Random } from '@s3/interface';
import { affine } from '@s3/interface/layers';
import { dropout, layerNorm } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { kaldiMel } from '../spectrograms/kaldi-mel.ts';
import { logMel } from '../spectrograms/log-mel.ts';
import { logSpectrogram } from '../spectrograms/log-spectrogram.ts';
import type { NormedWeight, Operations, Pieces, Weight } from './operations.ts';
import { patchTensorOperations } from './patch-tensor-operations.ts';
import { pictureTensorOperations } from './picture-tensor-operations.ts';
import { recurrentSteps } from './recurrent-steps.ts';
import { shownTaps } from './shown-taps.ts';
import { wav2vecTensorOperations } from './wav2vec-tensor-operations.ts';
import { waveFrequencies } from './wave-frequencies.ts';

/**
 * The operations on tensors, with gradients; for one forward pass.
 *
 * @param weights by the names of the network
 * @param training where given, values and layers are dropped by chance
 */
export function tensorOperations(
  weights: { readonly [name: string]: tf.Tensor },
  training?: { readonly random: Random; readonly layerDrop: number },
): Operations<tf.Tensor> {
  const valueAt = <T extends tf.Tensor>(weight: Weight) => weights[weight.name] as T;
  let trains = false;
  const drop = <T extends tf.Tensor>(x: T, rate: number) => (training ? dropout(x, rate, training.random) : x);

  return {
    ...wav2vecTensorOperations(valueAt, training),
    ...patchTensorOperations(valueAt),
    ...pictureTensorOperations(valueAt),
    asFeature: (x) => tf.expandDims(x, -1),
    convolution: (x, { weight, bias, stride = 1, padding = [0, 0], groups = 1, hiddenTaps }) =>
      tf.tidy(() => {
        const value = 'direction' in weight ? normedWeight(weight) : valueAt<tf.Tensor3D>(weight);
        // taps and inputs first, outputs last
        const filters = tf.transpose(shownTaps(value, hiddenTaps), [2, 1, 0]);
        const padded = tf.pad(x as tf.Tensor3D, [[0, 0], [...padding], [0, 0]]);
        const y = convolved(padded, filters, stride, groups);
        return bias ? tf.add(y, valueAt(bias)) : y;
      }),
    affine: (x, { weight, bias }) => affine(x, valueAt<tf.Tensor2D>(weight), bias && valueAt<tf.Tensor1D>(bias)),
    layerNorm: (x, { weight, bias, epsilon }) =>
      weight && bias
        ? layerNorm(x, valueAt<tf.Tensor1D>(weight), valueAt<tf.Tensor1D>(bias), epsilon)
        : layerNorm(x, undefined, undefined, epsilon),
    stepNorm: (x, { weight, bias, epsilon }) =>
      tf.tidy(() => {
        const { mean, variance } = tf.moments(x, 1, true);
        const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
        const scaled = weight ? tf.mul(normal, valueAt(weight)) : normal;
        return bias ? tf.add(scaled, valueAt(bias)) : scaled;
      }),
    groupNorm: (x, { weight, bias, epsilon, groups }) =>
      tf.tidy(() => {
        const [batch, steps, size] = x.shape as [number, number, number];
        const grouped = tf.reshape(x, [batch, steps, groups, size / groups]);
        const { mean, variance } = tf.moments(grouped, [1, 3], true);
        const normal = tf.reshape(tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon))), x.shape);
        const scaled = weight ? tf.mul(normal, valueAt(weight)) : normal;
        return bias ? tf.add(scaled, valueAt(bias)) : scaled;
      }),
    batchNorm: (x, { weight, bias, mean, variance, epsilon }) =>
      tf.tidy(() => {
        const scale = tf.mul(valueAt(weight), tf.rsqrt(tf.add(valueAt(variance), epsilon)));
        return tf.add(tf.mul(tf.sub(x, valueAt(mean)), scale), valueAt(bias));
      }),
    gelu,
    relu: (x) => tf.relu(x),
    sigmoid: (x) => tf.sigmoid(x),
    tanh: (x) => tf.tanh(x),
    add: (x, y) => tf.add(x, y),
    multiply: (x, y) => tf.mul(x, typeof y === 'number' || 'dataId' in y ? y : valueAt(y)),
    addFeatures: (x, weight) => tf.tidy(() => tf.add(x, tf.reshape(valueAt(weight), [-1]))),
    addSteps: (x, weight) => tf.add(x, valueAt(weight)),
    logMel: (waveforms, bins) => logMel(waveforms as tf.Tensor2D, bins),
    logSpectrogram: (waveforms, spectrogram) => logSpectrogram(waveforms as tf.Tensor2D, spectrogram),
    kaldiMel: (waveforms, mel) => kaldiMel(waveforms as tf.Tensor2D, mel),
    normalizeSteps: (x, mask, epsilon) =>
      tf.tidy(() => {
        const shown = mask === undefined ? tf.ones([1, x.shape[1]!, 1]) : tf.expandDims(mask, -1);
        const count = tf.sum(shown, 1, true);
        const centered = tf.mul(tf.sub(x, tf.div(tf.sum(tf.mul(x, shown), 1, true), count)), shown);
        const variance = tf.div(tf.sum(tf.square(centered), 1, true), tf.maximum(tf.sub(count, 1), 1));
        if ('variance' in epsilon) return tf.div(centered, tf.sqrt(tf.add(variance, epsilon.variance)));
        return tf.div(centered, tf.add(tf.sqrt(variance), epsilon.deviation));
      }),
    pairSteps: (x) =>
      tf.tidy(() => {
        const [batch, steps, features] = x.shape as [number, number, number];
        const pairs = Math.floor(steps / 2);
        return tf.reshape(tf.slice(x, [0, 0, 0], [-1, 2 * pairs, -1]), [batch, pairs, 2 * features]);
      }),
    everySecond: (x) =>
      tf.tidy(() => {
        const [batch, steps, ...rest] = x.shape as [number, number, ...number[]];
        const others = rest.map(() => 0);
        const pairs = Math.ceil(steps / 2);
        const even = tf.pad(x, [[0, 0], [0, 2 * pairs - steps], ...others.map((none) => [none, none] as [number, number])]);
        const first = tf.slice(tf.reshape(even, [batch, pairs, 2, ...rest]), [0, 0, 0, ...others], [batch, pairs, 1, ...rest]);
        return tf.reshape(first, [batch, pairs, ...rest]);
      }),
    joined: (parts) => tf.concat([...parts], -1),
    secondSteps: (mask) =>
      tf.tidy(() => {
        const [batch, steps] = mask.shape as [number, number];
        const pairs = Math.floor(steps / 2);
        return tf.squeeze(tf.slice(tf.reshape(tf.slice(mask, [0, 0], [-1, 2 * pairs]), [batch, pairs, 2]), [0, 0, 1], [-1, -1, 1]), [2]);
      }),
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
    multiplyFeatures: (x, weight) => tf.tidy(() => tf.mul(x, tf.reshape(valueAt(weight), [-1]))),
    gated: (x, features) =>
      tf.tidy(() => {
        const [value, gate] = tf.split(x, [features, features], -1);
        return tf.mul(value!, tf.sigmoid(gate!));
      }),
    recurrence: (x, mask, { kind, backwards = false, ...named }) => {
      const { inputWeight, hiddenWeight, inputBias, hiddenBias } = named;
      const projected = affine(x as tf.Tensor3D, valueAt<tf.Tensor2D>(inputWeight), valueAt<tf.Tensor1D>(inputBias));
      const recurrent = { weight: valueAt<tf.Tensor2D>(hiddenWeight), bias: valueAt<tf.Tensor1D>(hiddenBias) };
      return tf.tidy(() => recurrentSteps(projected, mask as tf.Tensor2D | undefined, { kind, backwards, ...recurrent }));
    },
    inPieces,
    stepWaves: (like, size) => stepWaves(like.shape[1]!, size),
    maskSteps: (x, mask) => tf.tidy(() => tf.mul(x, tf.expandDims(mask, -1))),
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
    stage(x, prefix, block) {
      if (trains || Object.entries(weights).some(([name, weight]) => name.startsWith(prefix) && isTrained(weight))) {
        trains = true;
        return block(x);
      }
      return withoutGradient(x, block);
    },
    dropout: drop,
    keepsLayer: () => !training || training.layerDrop === 0 || training.random.uniform() >= training.layerDrop,
    scoped: (block) => tf.tidy(block as () => tf.Tensor) as never,
  };

  function normedWeight({ magnitude, direction }: NormedWeight): tf.Tensor3D {
    const value = valueAt<tf.Tensor3D>(direction);
    const length = tf.sqrt(tf.sum(tf.square(value), [0, 1], true));
    return tf.mul(value, tf.div(valueAt<tf.Tensor3D>(magnitude), length));
  }
}

const isTrained = (weight: tf.Tensor) => (weight as Partial<tf.Variable>).trainable === true;

/** Inside an operation with a gradient of its own nothing is recorded. */
function withoutGradient(x: tf.Tensor, block: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((input) => ({
    value: tf.tidy(() => block(input as tf.Tensor)),
    gradFunc: () => tf.zerosLike(x),
  })) as (x: tf.Tensor) => tf.Tensor;
  return operation(x);
}

function convolved(x: tf.Tensor3D, filters: tf.Tensor3D, stride: number, groups: number): tf.Tensor3D {
  if (groups === 1) return tf.conv1d(x, filters, stride, 'valid');
  if (groups === x.shape[2] && groups === filters.shape[2] && stride === 1) return depthwise(x, filters);
  return groupedConvolution(x, filters, stride, groups);
}

/** Each feature convolved by itself, tap by tap: engines lack the gradient of a depthwise convolution. */
function depthwise(x: tf.Tensor3D, filters: tf.Tensor3D): tf.Tensor3D {
  const [taps] = filters.shape;
  const steps = x.shape[1] - taps + 1;
  // (taps, features)
  const byTap = tf.reshape(filters, [taps, -1]);
  let sum: tf.Tensor | undefined;
  for (let tap = 0; tap < taps; tap++) {
    const product = tf.mul(tf.slice(x, [0, tap, 0], [-1, steps, -1]), tf.slice(byTap, [tap, 0], [1, -1]));
    sum = sum === undefined ? product : tf.add(sum, product);
  }
  return sum as tf.Tensor3D;
}

/** Each group of inputs convolved to its group of outputs. */
function groupedConvolution(x: tf.Tensor3D, filters: tf.Tensor3D, stride: number, groups: number): tf.Tensor3D {
  const parts: tf.Tensor3D[] = tf.split(filters, groups, -1);
  const inputs: tf.Tensor3D[] = tf.split(x, groups, -1);
  return tf.concat(
    inputs.map((input, group) => tf.conv1d(input, parts[group]!, stride, 'valid') as tf.Tensor3D),
    -1,
  );
}

function splitHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, steps, size] = x.shape as [number, number, number];
    return tf.transpose(tf.reshape(x, [batch, steps, heads, size / heads]), [0, 2, 1, 3]) as tf.Tensor4D;
  });
}

function inPieces(x: tf.Tensor, mask: tf.Tensor | undefined, longest: number): Pieces<tf.Tensor> {
  const [rows, steps, features] = x.shape as [number, number, number];
  if (steps <= longest) return { pieces: x, mask, whole: (y) => y };
  const length = Math.ceil(steps / Math.ceil(steps / longest));
  const count = Math.ceil(steps / length);
  const lacking = [0, count * length - steps] as [number, number];
  return {
    pieces: tf.tidy(() => tf.reshape(tf.pad(x, [[0, 0], lacking, [0, 0]]), [rows * count, length, features])),
    mask: tf.tidy(() => tf.reshape(tf.pad(mask ?? tf.ones([rows, steps]), [[0, 0], lacking]), [rows * count, length])),
    whole: (y) => tf.tidy(() => tf.slice(tf.reshape(y, [rows, count * length, -1]), [0, 0, 0], [-1, steps, -1])),
  };
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

/** As one operation for the gradient, which then keeps nothing but x. */
const gelu = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  (save as (kept: tf.Tensor[]) => void)([x]);
  return {
    value: tf.tidy(() => tf.mul(x, normalProbability(x))),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => {
        const [at] = saved as [tf.Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(at), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(normalProbability(at), tf.mul(at, density)));
      }),
  };
}) as (x: tf.Tensor) => tf.Tensor;

/** Probability that a standard normal is under x. */
const normalProbability = (x: tf.Tensor) => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

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
