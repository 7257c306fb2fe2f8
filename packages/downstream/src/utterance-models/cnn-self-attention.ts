import { defineComponent, type FrameSpec, type Frames, type Mode, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import { graphMasked } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import { dropout } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { averagePool, pooledLength } from '../layers/average-pool.ts';
import { conv1d } from '../layers/conv1d.ts';
import { maskFrames } from '../layers/mask-frames.ts';
import { attentiveHead } from './attentive-head.ts';

/**
 * S3PRL's emotion classifier `CNNSelfAttention`: a linear layer, frames averaged in groups, three convolutions, attention over time, two
 * linear layers.
 *
 * What lies behind the end of an utterance counts as zeros in every layer, so an utterance scores the same alone and in any batch. In
 * the original it depends on the batch's longest one, through the biases of the layers. Safari et al.,
 * "Self-Attention Encoding and Pooling for Speaker Recognition", 2020 (the attention).
 *
 * @param wiring `outputSize`: number of classes
 */
export const cnnSelfAttention = defineComponent({
  name: 'cnn-self-attention',
  config: z.object({
    projectorSize: z.int().positive().default(256).describe('features after the first linear layer'),
    hiddenSize: z.int().positive().default(80).describe('features of the convolutions'),
    kernelSize: z
      .int()
      .positive()
      .refine((size) => size % 2 === 1, 'an odd number, so that a window has a middle')
      .default(5)
      .describe('frames of a window, of the convolutions and of the average; odd'),
    pooling: z.int().positive().default(5).describe('frames that become one'),
    dropout: z.number().min(0).lt(1).default(0.4).describe('share of values that are zeroed before each convolution, in training'),
  }),
  build(
    { input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number },
    { projectorSize, hiddenSize, kernelSize, pooling, dropout: rate },
    { seed },
  ): UtteranceModel {
    const random = randomStream(seed, 'cnn-self-attention');
    const projector = linear(input.size, projectorSize, random);
    const convolutions = [projectorSize, hiddenSize, hiddenSize].map((inputSize) =>
      conv1d({ inputSize, outputSize: hiddenSize, kernelSize }, random),
    );
    const head = attentiveHead({ inputSize: hiddenSize, hiddenSize, outputSize }, random);
    // the places that the original's sequences give them
    const [first, second, third] = convolutions;
    const model = moduleOf({
      model_seq: moduleOf({ 2: first!, 5: second!, 8: third! }),
      ...head.modules,
    });

    function frames({ values, lengths }: Frames, { training, random: chance }: Mode): Frames {
      const left = lengths.map((length) => pooledLength(length, pooling));
      // a window behind the last may still reach into the utterance
      let x = maskFrames(averagePool(maskFrames(projector.forward(values), lengths), kernelSize, pooling), left);
      convolutions.forEach((convolution, index) => {
        if (index > 0) x = tf.relu(x);
        if (training) x = dropout(x, rate, chance);
        x = maskFrames(convolution.forward(x), left);
      });
      return { values: x, lengths: left };
    }
    return {
      ...moduleOf({ projector, model: moduleOf({ model }) }),
      input,
      outputSize,
      forward: (given, mode) => tf.tidy(() => head.forward(frames(given, mode))),
      graph(operations, { values, lengths }) {
        const projected = graphMasked(operations, { values: operations.affine(values, projector.weight, projector.bias), lengths });
        const left = operations.divide(operations.add(lengths, pooling - 1), pooling);
        const edge = (kernelSize - 1) / 2;
        const window = tf.fill([projectorSize, 1, kernelSize], 1 / kernelSize) as tf.Tensor3D;
        const averaged = operations.convolution(projected, {
          weight: window,
          stride: pooling,
          padding: [edge, edge],
          groups: projectorSize,
        });
        let x = graphMasked(operations, { values: averaged, lengths: left });
        convolutions.forEach((convolution, index) => {
          const values = convolution.graph(operations, index > 0 ? operations.relu(x) : x);
          x = graphMasked(operations, { values, lengths: left });
        });
        return head.graph(operations, { values: x, lengths: left });
      },
    };
  },
});
