import * as tf from '@tensorflow/tfjs-core';
import type { Module } from './model.ts';
import { moduleOf } from './modules.ts';
import type { Random } from './random.ts';
import { uniformTensor } from './tensors.ts';

/** Affine map of the last axis: y = x weight^T + bias. */
export interface Linear extends Module {
  /** (outputSize, inputSize), PyTorch's layout */
  readonly weight: tf.Variable<tf.Rank.R2>;
  /** (outputSize,) */
  readonly bias: tf.Variable<tf.Rank.R1>;
  /** (..., inputSize) to (..., outputSize) */
  readonly forward: <T extends tf.Tensor>(x: T) => T;
}

/** A linear layer with PyTorch's initial weights: uniform within 1 / sqrt(inputSize). */
export function linear(inputSize: number, outputSize: number, random: Random): Linear {
  const bound = 1 / Math.sqrt(inputSize);
  const weight = weightOf(uniformTensor([outputSize, inputSize], bound, random)) as tf.Variable<tf.Rank.R2>;
  const bias = weightOf(uniformTensor([outputSize], bound, random)) as tf.Variable<tf.Rank.R1>;
  return { ...moduleOf({ weight, bias }), weight, bias, forward: (x) => affine(x, weight, bias) };
}

/**
 * A variable that starts with these values, and takes them over: `tf.variable` alone would leave the tensor in memory.
 *
 * @param trainable false for a value that is saved but not trained, such as a running mean
 */
export function weightOf(initial: tf.Tensor, trainable = true): tf.Variable {
  const weight = tf.variable(initial, trainable);
  initial.dispose();
  return weight;
}

/** x weight^T + bias over the last axis; as one matrix product whatever the rank. */
export function affine<T extends tf.Tensor>(x: T, weight: tf.Tensor2D, bias?: tf.Tensor1D): T {
  return tf.tidy(() => {
    const [outputSize, inputSize] = weight.shape;
    const rows = tf.reshape(x, [-1, inputSize]);
    const product = tf.matMul(rows, weight, false, true);
    return tf.reshape(bias ? tf.add(product, bias) : product, [...x.shape.slice(0, -1), outputSize]) as T;
  });
}
