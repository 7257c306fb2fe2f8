import { defineComponent, type FrameModel, type FrameSpec, InputError, moduleOf, randomStream, settingPath } from '@s3/interface';
import { type GraphOperations, graphMask } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import { dropout, lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { norm, normalLinear, transformerLayer } from '../layers/transformer-layer.ts';

/**
 * A small transformer that reads whole sequences: every frame attends to every valid one.
 *
 * Weights are named as in S3PRL's Mockingjay. Positions are not told unless asked for: who speaks does not depend on
 * when, and Fujita et al. do without. Memory grows with the square of the frames of a sequence.
 *
 * Vaswani et al., "Attention Is All You Need", 2017; Fujita et al., "End-to-End Neural Speaker Diarization with
 * Self-Attention", 2019, whose sizes are the defaults.
 *
 * @param wiring `outputSize`: features of the output, such as the number of speakers
 * @throws InputError when the heads do not share the features out evenly
 */
export const transformerEncoder = defineComponent({
  name: 'transformer-encoder',
  config: z.object({
    layers: z.int().positive().default(4).describe('transformer layers'),
    hiddenSize: z.int().positive().default(256).describe('features of each layer'),
    heads: z.int().positive().default(4).describe('attention heads; hiddenSize is a multiple of them'),
    intermediateSize: z.int().positive().default(1024).describe('features between the two linear layers on each frame'),
    dropout: z.number().min(0).lt(1).default(0.1).describe('probability of zeroing a value while training'),
    preLayerNorm: z.boolean().default(true).describe('layer normalization before attention and linear layers, else after them'),
    positions: z.enum(['none', 'sinusoidal']).default('none').describe('whether frames are told where they stand'),
  }),
  build({ input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number }, config, { seed }): FrameModel {
    const { hiddenSize, heads } = config;
    if (hiddenSize % heads !== 0) {
      throw new InputError(
        settingPath(config, 'heads'),
        `${heads} heads for ${hiddenSize} features`,
        'a divisor of hiddenSize',
        'Change one of the two.',
      );
    }
    const random = randomStream(seed, 'transformer-encoder');
    const transform = normalLinear(input.size, hiddenSize, random);
    const inputNorm = norm(hiddenSize);
    const layers = Array.from({ length: config.layers }, () => transformerLayer(config, random));
    // S3PRL has one for each layer's output; only the last one's is asked for here
    const finalNorm = config.preLayerNorm ? norm(hiddenSize) : undefined;
    const final = linear(hiddenSize, outputSize, random);
    return {
      ...moduleOf({
        input_representations: moduleOf({ spec_transform: transform, LayerNorm: inputNorm }),
        encoder: moduleOf({
          layer: moduleOf(Object.fromEntries(layers.map((layer, index) => [String(index), layer]))),
          ...(finalNorm && { LayerNorm: moduleOf({ [config.layers]: finalNorm }) }),
        }),
        linear: final,
      }),
      input,
      outputSize,
      forward({ values, lengths }, mode) {
        const outputs = tf.tidy(() => {
          const frames = values.shape[1];
          const transformed = transform.forward(values);
          const placed =
            config.positions === 'none' ? transformed : (tf.add(transformed, sinusoids(frames, hiddenSize)) as unknown as tf.Tensor3D);
          const entering = inputNorm.forward(placed);
          const mask = lengths.every((length) => length >= frames) ? undefined : attentionMask(lengths, frames);
          const hidden = layers.reduce(
            (states, layer) => layer.forward(states, mask, mode),
            mode.training ? dropout(entering, config.dropout, mode.random) : entering,
          );
          return final.forward(finalNorm ? finalNorm.forward(hidden) : hidden);
        });
        return { values: outputs, lengths };
      },
      graph(operations, { values, lengths }) {
        const transformed = operations.affine(values, transform.weight, transform.bias);
        const places = config.positions === 'none' ? undefined : graphSinusoids(operations, values, hiddenSize);
        const entering = inputNorm.graph(operations, places === undefined ? transformed : operations.add(transformed, places));
        const shut = operations.multiply(operations.subtract(graphMask(operations, lengths, values), 1), 10_000);
        const mask = operations.expandDims(operations.expandDims(shut, 1), 1);
        const hidden = layers.reduce((states, layer) => layer.graph(operations, states, mask), entering);
        const last = finalNorm ? finalNorm.graph(operations, hidden) : hidden;
        return { values: operations.affine(last, final.weight, final.bias), lengths };
      },
    };
  },
});

/** What is added to attention: nothing on valid frames, -10000 on padding, (batch, 1, 1, frames). */
function attentionMask(lengths: readonly number[], frames: number): tf.Tensor4D {
  return tf.reshape(tf.mul(tf.sub(lengthMask(lengths, frames), 1), 10_000), [lengths.length, 1, 1, frames]);
}

/** Sines in the even features and cosines in the odd, of wavelengths that grow from 2 pi to 10000 times that, (frames, features). */
function sinusoids(frames: number, features: number): tf.Tensor2D {
  const values = new Float32Array(frames * features);
  for (let frame = 0; frame < frames; frame++) {
    for (let feature = 0; feature < features; feature++) {
      const angle = frame / 10_000 ** ((2 * Math.floor(feature / 2)) / features);
      values[frame * features + feature] = feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor2d(values, [frames, features]);
}

/** The same in the operations of a graph, for as many frames as `like` has. */
function graphSinusoids<T>(operations: GraphOperations<T>, like: T, features: number): T {
  const rates = Float32Array.from({ length: features }, (_, feature) => 10_000 ** (-(2 * Math.floor(feature / 2)) / features));
  const isEven = Float32Array.from({ length: features }, (_, feature) => 1 - (feature % 2));
  const frames = operations.toFloat(operations.range(operations.steps(like)));
  const angles = operations.multiply(operations.expandDims(frames, 1), operations.constant(tf.tensor1d(rates)));
  const even = operations.constant(tf.tensor1d(isEven));
  const odd = operations.constant(tf.tensor1d(isEven.map((value) => 1 - value)));
  return operations.add(operations.multiply(operations.sin(angles), even), operations.multiply(operations.cos(angles), odd));
}
