import { affine } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Pieces, StepOperations } from '../operations/step-operations.ts';
import type { Weight } from '../weight-names.ts';
import { recurrentSteps } from './recurrent-steps.ts';

/** `StepOperations` on tensors, with gradients. */
export function stepTensorOperations(valueAt: <T extends tf.Tensor>(weight: Weight) => T): StepOperations<tf.Tensor> {
  return {
    addSteps: (x, weight) => tf.add(x, valueAt(weight)),
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
    secondSteps: (mask) =>
      tf.tidy(() => {
        const [batch, steps] = mask.shape as [number, number];
        const pairs = Math.floor(steps / 2);
        return tf.squeeze(tf.slice(tf.reshape(tf.slice(mask, [0, 0], [-1, 2 * pairs]), [batch, pairs, 2]), [0, 0, 1], [-1, -1, 1]), [2]);
      }),
    recurrence: (x, mask, { kind, backwards = false, ...named }) => {
      const { inputWeight, hiddenWeight, inputBias, hiddenBias } = named;
      const projected = affine(x as tf.Tensor3D, valueAt<tf.Tensor2D>(inputWeight), valueAt<tf.Tensor1D>(inputBias));
      const recurrent = { weight: valueAt<tf.Tensor2D>(hiddenWeight), bias: valueAt<tf.Tensor1D>(hiddenBias) };
      return tf.tidy(() => recurrentSteps(projected, mask as tf.Tensor2D | undefined, { kind, backwards, ...recurrent }));
    },
    inPieces,
    maskSteps: (x, mask) => tf.tidy(() => tf.mul(x, tf.expandDims(mask, -1))),
  };
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
