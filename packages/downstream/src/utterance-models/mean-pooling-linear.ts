import { defineComponent, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { linearStack } from '../layers/linear-stack.ts';
import { temporalAveragePooling } from '../pooling/temporal-average-pooling.ts';

/**
 * SUPERB's linear probe of an utterance: linear layers on each frame, the mean over valid frames, one more linear layer.
 *
 * An empty `hiddenSizes` means no layer before the mean; the original reads it as [256].
 *
 * @param wiring `outputSize`: features of the output, such as the number of classes
 */
export const meanPoolingLinear = defineComponent({
  name: 'mean-pooling-linear',
  config: z.object({
    hiddenSizes: z.array(z.int().positive()).default([256]).describe('features after each layer before the mean; [] for none'),
  }),
  build({ input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number }, { hiddenSizes }, { seed }): UtteranceModel {
    const random = randomStream(seed, 'mean-pooling-linear');
    const hidden = linearStack(input.size, hiddenSizes, random);
    const pooling = temporalAveragePooling(hidden.outputSize);
    const final = linear(hidden.outputSize, outputSize, random);
    return {
      ...moduleOf({ hidden_layers: hidden, final_proj: final }),
      input,
      outputSize,
      forward: ({ values, lengths }, mode) =>
        tf.tidy(() => final.forward(pooling.forward({ values: hidden.forward(values), lengths }, mode))),
      graph(operations, { values, lengths }) {
        const pooled = pooling.graph(operations, { values: hidden.graph(operations, values), lengths });
        return operations.affine(pooled, final.weight, final.bias);
      },
    };
  },
});
