import { defineComponent, type FrameModel, type FrameSpec, moduleOf, randomStream } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { recurrentLayer } from '../recurrence/recurrent-layer.ts';

/**
 * SUPERB's diarization model: LSTM layers that read forwards, and a linear layer on every frame.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 *
 * @param wiring `outputSize`: speakers
 */
export const superbDiarization = defineComponent({
  name: 'superb-diarization',
  config: z.object({
    rnnLayers: z.int().min(0).default(1).describe('LSTM layers; 0: the linear layer alone'),
    hiddenSize: z.int().positive().default(512).describe('features of each LSTM layer'),
  }),
  build(
    { input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number },
    { rnnLayers, hiddenSize },
    { seed },
  ): FrameModel {
    const random = randomStream(seed, 'superb-diarization');
    const layers = Array.from({ length: rnnLayers }, (_, layer) =>
      recurrentLayer({ inputSize: layer === 0 ? input.size : hiddenSize, hiddenSize, bidirectional: false }, 'LSTM', random, layer),
    );
    const final = linear(rnnLayers === 0 ? input.size : hiddenSize, outputSize, random);
    const rnn = moduleOf(Object.assign({}, ...layers.map(({ weights }) => weights)));
    return {
      ...moduleOf({ ...(rnnLayers > 0 && { rnn }), linear: final }),
      input,
      outputSize,
      forward: ({ values, lengths }) => ({
        lengths,
        values: tf.tidy(() => final.forward(layers.reduce((frames, layer) => layer.forward({ values: frames, lengths }), values))),
      }),
      graph(operations, { values, lengths }) {
        const read = layers.reduce((frames, layer) => layer.graph(operations, { values: frames, lengths }), values);
        return { values: operations.affine(read, final.weight, final.bias), lengths };
      },
    };
  },
});
