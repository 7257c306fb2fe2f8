import { defineComponent, type FrameModel, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { fullyConnected, fullyConnectedSettings } from '../layers/fully-connected.ts';
import { poolings } from '../pooling/poolings.ts';

/**
 * HEAR's prediction of a scene: a pooling over time, hidden layers each with a normalization, dropout and ReLU, a linear layer.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 *
 * @param wiring `outputSize`: features of the output, such as the number of classes
 */
export const hearPrediction = defineComponent({
  name: 'hear-prediction',
  config: fullyConnectedSettings.extend({
    pooling: z
      .enum(['TAP', 'TSP', 'SAP', 'ASP'])
      .default('TAP')
      .describe('over time: mean (TAP), mean and deviation (TSP), attentive mean (SAP), attentive mean and deviation (ASP)'),
  }),
  build(
    { input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number },
    { pooling: poolingName, ...layers },
    { seed },
  ): UtteranceModel {
    const random = randomStream(seed, 'hear-prediction');
    const pooling = poolings[poolingName](input.size, random);
    const rest = fullyConnected(pooling.outputSize, outputSize, layers, random);
    return {
      ...moduleOf({ pooling, ...rest.parts }),
      input,
      outputSize,
      minFrames: pooling.minFrames,
      forward: (frames, mode) =>
        tf.tidy(() => {
          const pooled = tf.expandDims(pooling.forward(frames, mode), 1) as tf.Tensor3D;
          return tf.squeeze(rest.forward(pooled, mode), [1]) as tf.Tensor2D;
        }),
      graph: (operations, frames) => rest.graph(operations, pooling.graph(operations, frames)),
    };
  },
});

/**
 * HEAR's prediction of each frame, for sound events: hidden layers each with a normalization, dropout and ReLU, a linear layer.
 *
 * Frames behind the end of an utterance do not count in the statistics of a batch; in the original they do.
 *
 * @param wiring `outputSize`: features of the output, such as the number of classes
 */
export const hearFramePrediction = defineComponent({
  name: 'hear-frame-prediction',
  config: fullyConnectedSettings,
  build({ input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number }, layers, { seed }): FrameModel {
    const rest = fullyConnected(input.size, outputSize, layers, randomStream(seed, 'hear-frame-prediction'));
    return {
      ...moduleOf(rest.parts),
      input,
      outputSize,
      forward: ({ values, lengths }, mode) => ({ values: tf.tidy(() => rest.forward(values, mode, lengths)), lengths }),
      graph: (operations, { values, lengths }) => ({ values: rest.graph(operations, values), lengths }),
    };
  },
});
