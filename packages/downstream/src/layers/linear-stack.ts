import { type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import type * as tf from '@tensorflow/tfjs-core';

/** Linear layers one after another, nothing in between. */
export interface LinearStack extends Module {
  readonly outputSize: number;
  /** (..., inputSize) to (..., outputSize) */
  readonly forward: <T extends tf.Tensor>(x: T) => T;
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

/** @param sizes features after each layer; none at all gives the identity */
export function linearStack(inputSize: number, sizes: readonly number[], random: Random): LinearStack {
  const layers = sizes.map((size, layer) => linear(sizes[layer - 1] ?? inputSize, size, random));
  return {
    ...moduleOf(Object.fromEntries(layers.map((layer, index) => [String(index), layer]))),
    outputSize: sizes.at(-1) ?? inputSize,
    forward: (x) => layers.reduce((y, layer) => layer.forward(y), x),
    graph: (operations, x) => layers.reduce((y, { weight, bias }) => operations.affine(y, weight, bias), x),
  };
}
