import { defineComponent, type FrameModel, type FrameSpec, moduleOf, randomStream, WiringError } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import { dropout } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { recurrentLayer } from '../recurrence/recurrent-layer.ts';

/**
 * SUPERB's model for enhancement and separation: recurrent layers, and for each source a linear layer on every frame.
 *
 * Of each frame the outputs of the first source come first. What makes masks of them, such as a ReLU, is the task's.
 *
 * Tsai et al., "SUPERB-SG: Enhanced Speech processing Universal PERformance Benchmark for Semantic and Generative Capabilities", 2022.
 *
 * @param wiring `outputSize`: features of the output, those of all sources together
 * @throws WiringError when the sources cannot share them evenly
 */
export const superbSeparation = defineComponent({
  name: 'superb-separation',
  config: z.object({
    module: z.enum(['LSTM', 'GRU', 'RNN']).default('LSTM').describe('kind of the recurrent layers'),
    rnnLayers: z.int().positive().default(3).describe('recurrent layers'),
    hiddenSize: z.int().positive().default(896).describe('features of each recurrent layer and direction'),
    dropout: z.number().min(0).lt(1).default(0.5).describe('probability of zeroing a value after each recurrent layer while training'),
    bidirectional: z.boolean().default(true).describe('recurrent layers read forwards and backwards'),
  }),
  build(
    { input, outputSize, sources }: { readonly input: FrameSpec; readonly outputSize: number; readonly sources: number },
    config,
    { seed },
  ): FrameModel {
    if (outputSize % sources !== 0) {
      throw new WiringError('superb-separation', `has ${sources} sources`, `they share ${outputSize} outputs; give each as many`);
    }
    const random = randomStream(seed, 'superb-separation');
    const { hiddenSize, bidirectional } = config;
    const read = hiddenSize * (bidirectional ? 2 : 1);
    const layers = Array.from({ length: config.rnnLayers }, (_, layer) =>
      recurrentLayer({ inputSize: layer === 0 ? input.size : read, hiddenSize, bidirectional }, config.module, random, layer),
    );
    const heads = Array.from({ length: sources }, () => linear(read, outputSize / sources, random));
    return {
      ...moduleOf({
        rnn: moduleOf(Object.assign({}, ...layers.map(({ weights }) => weights))),
        linear: moduleOf(Object.fromEntries(heads.map((head, source) => [String(source), head]))),
      }),
      input,
      outputSize,
      forward: ({ values, lengths }, { training, random }) => ({
        lengths,
        values: tf.tidy(() => {
          const frames = layers.reduce((before, layer) => {
            const after = layer.forward({ values: before, lengths });
            return training ? dropout(after, config.dropout, random) : after;
          }, values);
          return tf.concat(
            heads.map((head) => head.forward(frames)),
            -1,
          );
        }),
      }),
      graph(operations, { values, lengths }) {
        const frames = layers.reduce((before, layer) => layer.graph(operations, { values: before, lengths }), values);
        const outputs = heads.map(({ weight, bias }) => operations.affine(frames, weight, bias));
        return { values: outputs.length === 1 ? outputs[0]! : operations.concat(outputs, 2), lengths };
      },
    };
  },
});
