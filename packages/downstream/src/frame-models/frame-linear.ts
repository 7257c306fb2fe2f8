import { defineComponent, type FrameModel, type FrameSpec, moduleOf, randomStream } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { linearStack } from '../layers/linear-stack.ts';

/**
 * SUPERB's linear probe of each frame.
 *
 * An empty `hiddenSizes` means a single linear layer; the original reads it as [256].
 *
 * @param wiring `outputSize`: features of the output, such as the number of classes
 */
export const frameLinear = defineComponent({
  name: 'frame-linear',
  config: z.object({
    hiddenSizes: z.array(z.int().positive()).default([256]).describe('features after each layer before the last; [] for none'),
  }),
  build({ input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number }, { hiddenSizes }, { seed }): FrameModel {
    const random = randomStream(seed, 'frame-linear');
    const hidden = linearStack(input.size, hiddenSizes, random);
    const final = linear(hidden.outputSize, outputSize, random);
    return {
      ...moduleOf({ hidden_layers: hidden, final_proj: final }),
      input,
      outputSize,
      forward: ({ values, lengths }) => ({ values: tf.tidy(() => final.forward(hidden.forward(values))), lengths }),
      graph: (operations, { values, lengths }) => ({
        values: operations.affine(hidden.graph(operations, values), final.weight, final.bias),
        lengths,
      }),
    };
  },
});
