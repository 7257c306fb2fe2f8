import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { NormedWeight, Operations } from '../networks/operations/operations.ts';
import { shownTaps } from '../networks/operations/shown-taps.ts';
import type { Weight } from '../networks/weight-names.ts';
import { attentionGraphOperations } from './attention-graph-operations.ts';
import { patchGraphOperations } from './patch-graph-operations.ts';
import { pictureGraphOperations } from './picture-graph-operations.ts';
import { spectrogramGraphOperations } from './spectrogram-graph-operations.ts';
import { stepGraphOperations } from './step-graph-operations.ts';
import { wav2vecGraphOperations } from './wav2vec-graph-operations.ts';

/** The weights by the names of the network. */
export type NetworkWeights = { readonly [name: string]: tf.Tensor };

/** What the networks are made of in the operations of a graph, in evaluation. What depends on weights alone is computed while the graph is made. */
export function graphOperations<T>(graph: GraphOperations<T>, weights: NetworkWeights): Operations<T> {
  const valuesOf = <Value extends tf.Tensor>({ name }: Weight) => weights[name] as Value;
  return {
    ...stepGraphOperations(graph, valuesOf),
    ...attentionGraphOperations(graph, valuesOf),
    ...spectrogramGraphOperations(graph),
    ...wav2vecGraphOperations(graph, valuesOf),
    ...patchGraphOperations(graph, valuesOf),
    ...pictureGraphOperations(graph, valuesOf),
    asFeature: (x) => graph.expandDims(x, -1),
    convolution: (x, { weight, bias, hiddenTaps, ...shape }) =>
      graph.convolution(x, {
        ...shape,
        weight: shownTaps('direction' in weight ? normedWeight(weight) : valuesOf<tf.Tensor3D>(weight), hiddenTaps),
        bias: bias && valuesOf<tf.Tensor1D>(bias),
      }),
    affine: (x, { weight, bias }) => graph.affine(x, valuesOf<tf.Tensor2D>(weight), bias && valuesOf<tf.Tensor1D>(bias)),
    layerNorm: (x, { weight, bias, epsilon }) =>
      graph.layerNorm(x, { weight: weight && valuesOf<tf.Tensor1D>(weight), bias: bias && valuesOf<tf.Tensor1D>(bias), epsilon }),
    stepNorm(x, { weight, bias, epsilon }) {
      if (!weight || !bias) throw new TypeError('a normalization over steps needs its weights here');
      return graph.stepNorm(x, { weight: valuesOf<tf.Tensor1D>(weight), bias: valuesOf<tf.Tensor1D>(bias), epsilon });
    },
    groupNorm(x, { weight, bias, epsilon, groups }) {
      const grouped = graph.reshape(x, [0, 0, groups, -1]);
      const overAll = (y: T) => graph.mean(graph.mean(y, 3), 1);
      const centered = graph.subtract(grouped, overAll(grouped));
      const variance = overAll(graph.multiply(centered, centered));
      const normal = graph.reshape(graph.divide(centered, graph.sqrt(graph.add(variance, epsilon))), [0, 0, -1]);
      const scaled = weight ? graph.multiply(normal, graph.constant(valuesOf(weight))) : normal;
      return bias ? graph.add(scaled, graph.constant(valuesOf(bias))) : scaled;
    },
    batchNorm(x, { weight, bias, mean, variance, epsilon }) {
      const scale = tf.mul(valuesOf(weight), tf.rsqrt(tf.add(valuesOf(variance), epsilon)));
      const shift = tf.sub(valuesOf(bias), tf.mul(valuesOf(mean), scale));
      return graph.add(graph.multiply(x, graph.constant(scale)), graph.constant(shift));
    },
    gelu: graph.gelu,
    relu: graph.relu,
    sigmoid: graph.sigmoid,
    tanh: graph.tanh,
    add: graph.add,
    multiply: (x, y) => graph.multiply(x, isWeight(y) ? graph.constant(valuesOf(y)) : y),
    addFeatures: (x, weight) => graph.add(x, graph.constant(tf.reshape(valuesOf(weight), [-1]))),
    multiplyFeatures: (x, weight) => graph.multiply(x, graph.constant(tf.reshape(valuesOf(weight), [-1]))),
    joined: (parts) => graph.concat(parts, -1),
    gated(x, features) {
      const [value, gate] = graph.split(x, [features, features], -1) as [T, T];
      return graph.multiply(value, graph.sigmoid(gate));
    },
    stage: (x, _, block) => block(x),
    dropout: (x) => x,
    keepsLayer: () => true,
    scoped: (block) => block(),
  };

  function normedWeight({ magnitude, direction }: NormedWeight): tf.Tensor3D {
    const value = valuesOf<tf.Tensor3D>(direction);
    const length = tf.sqrt(tf.sum(tf.square(value), [0, 1], true));
    return tf.mul(value, tf.div(valuesOf<tf.Tensor3D>(magnitude), length));
  }
}

const isWeight = (value: unknown): value is Weight =>
  typeof value === 'object' && value !== null && 'name' in value && 'shape' in value && !('dataId' in value);
