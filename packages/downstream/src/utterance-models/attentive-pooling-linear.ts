import { defineComponent, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { attentiveMean, graphAttentiveMean } from '../pooling/attention-shares.ts';

/**
 * S3PRL's `UtteranceLevel` with `AttentivePooling`: a linear layer, the mean of the frames weighted by self-attention, a linear layer.
 *
 * Frames behind the end of an utterance do not count; in the original they do, each at 1 / e of its weight.
 *
 * @param wiring `outputSize`: number of classes
 */
export const attentivePoolingLinear = defineComponent({
  name: 'attentive-pooling-linear',
  config: z.object({
    projectorSize: z.int().positive().default(256).describe('features after the first linear layer, which the attention weighs'),
  }),
  build({ input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number }, { projectorSize }, { seed }): UtteranceModel {
    const random = randomStream(seed, 'attentive-pooling-linear');
    const projector = linear(input.size, projectorSize, random);
    const keys = linear(projectorSize, projectorSize, random);
    const attention = linear(projectorSize, 1, random);
    const final = linear(projectorSize, outputSize, random);
    const pooling = moduleOf({ sap_layer: moduleOf({ W_a: keys, W: attention }) });
    return {
      ...moduleOf({ projector, model: moduleOf({ pooling, post_net: moduleOf({ linear: final }) }) }),
      input,
      outputSize,
      forward: ({ values, lengths }) =>
        tf.tidy(() => {
          const x = projector.forward(values);
          return final.forward(attentiveMean({ values: x, lengths }, attention.forward(tf.relu(keys.forward(x)))));
        }),
      graph(operations, { values, lengths }) {
        const x = operations.affine(values, projector.weight, projector.bias);
        const logits = operations.affine(operations.relu(operations.affine(x, keys.weight, keys.bias)), attention.weight, attention.bias);
        return operations.affine(graphAttentiveMean(operations, { values: x, lengths }, logits), final.weight, final.bias);
      },
    };
  },
});
