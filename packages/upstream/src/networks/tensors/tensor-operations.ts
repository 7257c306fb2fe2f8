import type { Random } from '@s3/interface';
import { affine } from '@s3/interface/layers';
import { dropout, layerNorm } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import type { Normalization, NormedWeight, Operations } from '../operations/operations.ts';
import { shownTaps } from '../operations/shown-taps.ts';
import type { Weight } from '../weight-names.ts';
import { attentionTensorOperations } from './attention-tensor-operations.ts';
import { patchTensorOperations } from './patch-tensor-operations.ts';
import { pictureTensorOperations } from './picture-tensor-operations.ts';
import { spectrogramTensorOperations } from './spectrogram-tensor-operations.ts';
import { stepTensorOperations } from './step-tensor-operations.ts';
import { wav2vecTensorOperations } from './wav2vec-tensor-operations.ts';

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
    ...stepTensorOperations(valueAt),
    ...attentionTensorOperations(valueAt, drop),
    ...spectrogramTensorOperations,
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
    stepNorm: (x, normalization) => tf.tidy(() => normed(x, 1, normalization)),
    groupNorm: (x, { groups, ...normalization }) =>
      tf.tidy(() => {
        const [batch, steps, size] = x.shape as [number, number, number];
        return tf.reshape(normed(tf.reshape(x, [batch, steps, groups, size / groups]), [1, 3], normalization), x.shape);
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
    joined: (parts) => tf.concat([...parts], -1),
    multiplyFeatures: (x, weight) => tf.tidy(() => tf.mul(x, tf.reshape(valueAt(weight), [-1]))),
    gated: (x, features) =>
      tf.tidy(() => {
        const [value, gate] = tf.split(x, [features, features], -1);
        return tf.mul(value!, tf.sigmoid(gate!));
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

  /** Mean 0 and variance 1 of (batch, steps, ...) over some axes, in as few passes as that takes: what it is given may be large. */
  function normed(x: tf.Tensor, axes: number | number[], { weight, bias, epsilon }: Normalization): tf.Tensor {
    const ofFeatures = (values: Weight) => tf.reshape(valueAt(values), x.shape.slice(2));
    const centered = tf.sub(x, tf.mean(x, axes, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centered), axes, true), epsilon));
    const scaled = tf.mul(centered, weight ? tf.mul(scale, ofFeatures(weight)) : scale);
    return bias ? tf.add(scaled, ofFeatures(bias)) : scaled;
  }

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
