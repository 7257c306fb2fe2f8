import { type Frames, type Mode, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { tdnn } from '../layers/tdnn.ts';

/** The layers of the x-vector before its pooling. */
export interface XvectorBackbone extends Module {
  readonly outputSize: number;
  /** frames lost at the edges of an utterance: 14 */
  readonly framesLost: number;
  /** (batch, frames, inputSize) to (batch, frames - framesLost, outputSize) */
  readonly forward: (frames: Frames, mode: Mode) => Frames;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => GraphSequence<T>;
}

/**
 * The five time-delay layers of the x-vector.
 *
 * Snyder et al., "Spoken Language Recognition using X-vectors", 2018.
 */
export function xvectorBackbone(
  sizes: { readonly inputSize: number; readonly tdnnSize: number; readonly outputSize: number },
  { dropout, batchNorm }: { readonly dropout: number; readonly batchNorm: boolean },
  random: Random,
): XvectorBackbone {
  const { inputSize, tdnnSize, outputSize } = sizes;
  const options = { dropout, batchNorm };
  const layers = [
    tdnn({ inputSize, outputSize: tdnnSize, contextSize: 5, dilation: 1, ...options }, random),
    tdnn({ inputSize: tdnnSize, outputSize: tdnnSize, contextSize: 3, dilation: 2, ...options }, random),
    tdnn({ inputSize: tdnnSize, outputSize: tdnnSize, contextSize: 3, dilation: 3, ...options }, random),
    tdnn({ inputSize: tdnnSize, outputSize: tdnnSize, contextSize: 1, dilation: 1, ...options }, random),
    tdnn({ inputSize: tdnnSize, outputSize, contextSize: 1, dilation: 1, ...options }, random),
  ];
  const framesLost = layers.reduce((lost, layer) => lost + layer.framesLost, 0);
  return {
    ...moduleOf({ module: moduleOf(Object.fromEntries(layers.map((layer, index) => [String(index), layer]))) }),
    outputSize,
    framesLost,
    forward: ({ values, lengths }, mode) => ({
      values: tf.tidy(() => layers.reduce((x, layer) => layer.forward(x, mode), values)),
      lengths: lengths.map((length) => length - framesLost),
    }),
    graph: (operations, { values, lengths }) => ({
      values: layers.reduce((x, layer) => layer.graph(operations, x), values),
      lengths: operations.subtract(lengths, framesLost),
    }),
  };
}
