import { type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { weightOf } from '@s3/interface/layers';
import { uniformTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { framesLost, unfoldedProduct } from './unfold.ts';

/** A convolution over time. */
export interface Conv1d extends Module {
  /** (batch, frames, inputSize) to (batch, frames, outputSize) */
  readonly forward: (x: tf.Tensor3D) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

/** Sizes of a convolution over time. */
export interface Conv1dShape {
  readonly inputSize: number;
  readonly outputSize: number;
  /** frames of a window; odd where the edges are padded */
  readonly kernelSize?: number;
  /** frames from one to the next of a window */
  readonly dilation?: number;
  /** frames from one window to the next; above 1 only without dilation */
  readonly stride?: number;
  /** zeros stand for what lies beyond the edges, so that there is a window around every frame; else windows lie within the sequence */
  readonly padEdges?: boolean;
}

/**
 * Convolution over frames.
 *
 * Weights in PyTorch's layout (outputSize, inputSize, kernelSize) and with its initial values.
 */
export function conv1d(
  { inputSize, outputSize, kernelSize = 1, dilation = 1, stride = 1, padEdges = true }: Conv1dShape,
  random: Random,
): Conv1d {
  const bound = 1 / Math.sqrt(inputSize * kernelSize);
  const weight = weightOf(uniformTensor([outputSize, inputSize, kernelSize], bound, random)) as tf.Variable<tf.Rank.R3>;
  const bias = weightOf(uniformTensor([outputSize], bound, random)) as tf.Variable<tf.Rank.R1>;
  const edge = padEdges ? framesLost(kernelSize, dilation) / 2 : 0;

  /** A window of groups of `stride` frames, one group on with each output: the kernel filled up with zeros. */
  function strided(x: tf.Tensor3D): tf.Tensor3D {
    const [batch, frames] = x.shape;
    const windows = Math.floor((frames + 2 * edge - kernelSize) / stride) + 1;
    const groups = Math.ceil(kernelSize / stride);
    const wanted = (windows + groups - 1) * stride;
    const padded = tf.pad(x, [
      [0, 0],
      [edge, Math.max(0, wanted - frames - edge)],
      [0, 0],
    ]);
    const grouped = tf.reshape(tf.slice(padded, [0, 0, 0], [batch, wanted, inputSize]), [batch, wanted / stride, stride * inputSize]);
    const filled = tf.pad(tf.transpose(weight, [0, 2, 1]), [
      [0, 0],
      [0, groups * stride - kernelSize],
      [0, 0],
    ]);
    return unfoldedProduct(grouped as tf.Tensor3D, tf.reshape(filled, [outputSize, groups * stride * inputSize]), groups, 1);
  }
  return {
    ...moduleOf({ weight, bias }),
    forward: (x) =>
      tf.tidy(() => {
        if (stride > 1) return tf.add(strided(x), bias);
        const around: [number, number][] = [
          [0, 0],
          [edge, edge],
          [0, 0],
        ];
        const matrix = tf.reshape(tf.transpose(weight, [0, 2, 1]), [outputSize, kernelSize * inputSize]) as tf.Tensor2D;
        return tf.add(unfoldedProduct(edge > 0 ? tf.pad(x, around) : x, matrix, kernelSize, dilation), bias);
      }),
    graph: (operations, x) => operations.convolution(x, { weight, bias, dilation, stride, padding: [edge, edge] }),
  };
}
