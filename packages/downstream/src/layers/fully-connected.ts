import { type Mode, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { type Linear, linear, weightOf } from '@s3/interface/layers';
import { dropout, layerNorm, normalTensor, uniformTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchNorm } from './batch-norm.ts';

/** Settings of HEAR's fully connected layers. */
export const fullyConnectedSettings = z.object({
  hiddenLayers: z.int().min(0).default(2).describe('layers before the last one; 0 for a linear probe'),
  hiddenSize: z.int().positive().default(1024).describe('features after each hidden layer'),
  dropout: z.number().min(0).lt(1).default(0.1).describe('share of values that are zeroed in each hidden layer, in training'),
  norm: z.enum(['batch', 'layer', 'none']).default('batch').describe('normalization of each hidden layer'),
  normAfterActivation: z.boolean().default(false).describe('normalize what comes out of the ReLU, not what goes into the dropout'),
  initialization: z
    .enum(['xavier-uniform', 'xavier-normal'])
    .default('xavier-uniform')
    .describe('distribution of the initial weights (Glorot and Bengio, 2010)'),
});

/** Hidden layers and a last linear one, over the last axis. */
export interface FullyConnected {
  /** by their names in a state */
  readonly parts: { readonly [name: string]: Module };
  /**
   * (batch, frames, features) to (batch, frames, outputSize)
   *
   * @param lengths (batch,) frames that count for the batch's statistics; all count unless given
   */
  readonly forward: (x: tf.Tensor3D, mode: Mode, lengths?: readonly number[]) => tf.Tensor3D;
  /** any rank */
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

/** HEAR's layers, with the places that PyTorch's sequence gives them. */
export function fullyConnected(
  inputSize: number,
  outputSize: number,
  { hiddenLayers, hiddenSize, dropout: rate, norm, normAfterActivation, initialization }: z.output<typeof fullyConnectedSettings>,
  random: Random,
): FullyConnected {
  const layers = Array.from({ length: hiddenLayers }, (_, index) => ({
    affine: xavier(linear(index === 0 ? inputSize : hiddenSize, hiddenSize, random), index === 0 ? 1 : Math.SQRT2, initialization, random),
    norm: norms[norm](hiddenSize),
  }));
  const projection = xavier(
    linear(hiddenLayers === 0 ? inputSize : hiddenSize, outputSize, random),
    hiddenLayers === 0 ? 1 : Math.SQRT2,
    initialization,
    random,
  );
  // linear, norm, dropout, ReLU; or linear, dropout, ReLU, norm
  const named = layers.flatMap((layer, index) => [
    [String(4 * index), layer.affine],
    [String(4 * index + (normAfterActivation ? 3 : 1)), layer.norm],
  ]);
  return {
    parts: { hidden: moduleOf(Object.fromEntries(named)), projection },
    forward(x, mode, lengths) {
      const normalized = (y: tf.Tensor3D, layer: Norm) => layer.forward(y, mode, lengths);
      const hidden = layers.reduce((y, layer) => {
        let z = layer.affine.forward(y);
        if (!normAfterActivation) z = normalized(z, layer.norm);
        if (mode.training) z = dropout(z, rate, mode.random);
        z = tf.relu(z);
        return normAfterActivation ? normalized(z, layer.norm) : z;
      }, x);
      return projection.forward(hidden);
    },
    graph(operations, x) {
      const hidden = layers.reduce((y, layer) => {
        const z = operations.affine(y, layer.affine.weight, layer.affine.bias);
        return normAfterActivation ? layer.norm.graph(operations, operations.relu(z)) : operations.relu(layer.norm.graph(operations, z));
      }, x);
      return operations.affine(hidden, projection.weight, projection.bias);
    },
  };
}

interface Norm extends Module {
  readonly forward: (x: tf.Tensor3D, mode: Mode, lengths?: readonly number[]) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

const epsilon = 1e-5;
const norms: { readonly [name in z.output<typeof fullyConnectedSettings>['norm']]: (size: number) => Norm } = {
  batch: batchNorm,
  layer(size) {
    const weight = weightOf(tf.ones([size])) as tf.Variable<tf.Rank.R1>;
    const bias = weightOf(tf.zeros([size])) as tf.Variable<tf.Rank.R1>;
    return {
      ...moduleOf({ weight, bias }),
      forward: (x) => layerNorm(x, weight, bias, epsilon),
      graph: (operations, x) => operations.layerNorm(x, { weight, bias, epsilon }),
    };
  },
  none: () => ({ ...moduleOf({}), forward: (x) => x, graph: (_operations, x) => x }),
};

/** The layer with other initial weights; its bias stays PyTorch's. */
function xavier(layer: Linear, gain: number, initialization: 'xavier-uniform' | 'xavier-normal', random: Random): Linear {
  const [outputs, inputs] = layer.weight.shape;
  const deviation = gain * Math.sqrt(2 / (inputs + outputs));
  const values =
    initialization === 'xavier-normal'
      ? normalTensor([outputs, inputs], deviation, random)
      : uniformTensor([outputs, inputs], Math.sqrt(3) * deviation, random);
  layer.weight.assign(values as tf.Tensor2D);
  values.dispose();
  return layer;
}
