import { type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { weightOf } from '@s3/interface/layers';
import { uniformTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { framesLost, unfoldedProduct } from './unfold.ts';

export interface Conv1d extends Module {
  /** (batch, frames, inputSize) to (batch, frames, outputSize) */
  readonly forward: (x: tf.Tensor3D) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

/**
 * Convolution over frames that keeps their number: zeros stand for what lies beyond the edges.
 *
 * Weights in PyTorch's layout (outputSize, inputSize, kernelSize) and with its initial values.
 *
 * @param kernelSize frames, an odd number
 */
export function conv1d(
  {
    inputSize,
    outputSize,
    kernelSize = 1,
    dilation = 1,
  }: { inputSize: number; outputSize: number; kernelSize?: number; dilation?: number },
  random: Random,
): Conv1d {
  const bound = 1 / Math.sqrt(inputSize * kernelSize);
  const weight = weightOf(uniformTensor([outputSize, inputSize, kernelSize], bound, random)) as tf.Variable<tf.Rank.R3>;
  const bias = weightOf(uniformTensor([outputSize], bound, random)) as tf.Variable<tf.Rank.R1>;
  const edge = framesLost(kernelSize, dilation) / 2;
  return {
    ...moduleOf({ weight, bias }),
    forward: (x) =>
      tf.tidy(() => {
        const around: [number, number][] = [
          [0, 0],
          [edge, edge],
          [0, 0],
        ];
        const matrix = tf.reshape(tf.transpose(weight, [0, 2, 1]), [outputSize, kernelSize * inputSize]) as tf.Tensor2D;
        return tf.add(unfoldedProduct(edge > 0 ? tf.pad(x, around) : x, matrix, kernelSize, dilation), bias);
      }),
    graph: (operations, x) => operations.convolution(x, { weight, bias, dilation, padding: [edge, edge] }),
  };
}
