import { type Mode, type Module, moduleOf, type Random, WiringError } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import { dropout } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm } from './batch-norm.ts';
import { framesLost, unfoldedProduct } from './unfold.ts';

/** Sizes and reach of a TDNN layer. */
export interface TdnnShape {
  readonly inputSize: number;
  readonly outputSize: number;
  /** frames that one output frame sees */
  readonly contextSize: number;
  /** distance between them, in frames */
  readonly dilation: number;
  /** probability of zeroing a value in training, 0..1; 0 unless said */
  readonly dropout?: number;
  /** false unless said */
  readonly batchNorm?: boolean;
}

/** A layer that sees several frames at once and gives fewer than it takes. */
export interface Tdnn extends Module {
  readonly outputSize: number;
  /** frames lost at the edges: (contextSize - 1) * dilation */
  readonly framesLost: number;
  /**
   * (batch, frames, inputSize) to (batch, frames - framesLost, outputSize)
   *
   * @throws WiringError when there are too few frames
   */
  readonly forward: (x: tf.Tensor3D, mode: Mode) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

/**
 * Time-delay layer: context, linear, ReLU, dropout, then batch normalization where wanted.
 *
 * Context 3 with dilation 2 sees the frames -2, 0 and 2.
 *
 * Peddinti et al., "A time delay neural network architecture for efficient modeling of
 * long temporal contexts", 2015.
 *
 * @throws WiringError from `forward`, for fewer frames than it sees at once
 */
export function tdnn(shape: TdnnShape, random: Random): Tdnn {
  const { inputSize, outputSize, contextSize, dilation } = shape;
  const kernel = linear(inputSize * contextSize, outputSize, random);
  const bn = shape.batchNorm ? batchNorm(outputSize) : undefined;
  const lost = framesLost(contextSize, dilation);
  return {
    ...moduleOf({ kernel, ...(bn && { bn }) }),
    outputSize,
    framesLost: lost,
    graph(operations, x) {
      const weight = tf.transpose(tf.reshape(kernel.weight, [outputSize, contextSize, inputSize]), [0, 2, 1]) as tf.Tensor3D;
      const active = operations.relu(operations.convolution(x, { weight, bias: kernel.bias, dilation }));
      return bn ? bn.graph(operations, active) : active;
    },
    forward(x, mode) {
      if (x.shape[1] <= lost) {
        throw new WiringError('tdnn', `sees ${lost + 1} frames at once`, `it is given ${x.shape[1]}; leave short utterances out`);
      }
      return tf.tidy(() => {
        const active = tf.relu(tf.add(unfoldedProduct(x, kernel.weight, contextSize, dilation), kernel.bias) as tf.Tensor3D);
        const kept = mode.training ? dropout(active, shape.dropout ?? 0, mode.random) : active;
        return bn ? bn.forward(kept, mode) : kept;
      });
    },
  };
}
