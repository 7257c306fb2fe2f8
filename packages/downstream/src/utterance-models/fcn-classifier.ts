import { defineComponent, type FrameSpec, type Frames, type Mode, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import { graphMasked } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import { dropout } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { conv1d } from '../layers/conv1d.ts';
import { graphLocalResponseNorm, localResponseNorm } from '../layers/local-response-norm.ts';
import { maskFrames } from '../layers/mask-frames.ts';
import { graphMaxPool, graphMaxPooledLength, maxPool, maxPooledLength } from '../layers/max-pool.ts';
import { attentiveHead } from './attentive-head.ts';

/** features after each convolution */
const channels = [96, 256, 384, 384, 256];

/**
 * S3PRL's emotion classifier `FCN`: a linear layer, AlexNet's five convolutions over frames, attention over time, two linear layers.
 *
 * What lies behind the end of an utterance counts as zeros in every layer and not at all in the attention, so an utterance
 * scores the same alone and in any batch; in the original it depends on the batch's longest one. Needs 57 frames.
 *
 * Zhang et al., "Attention Based Fully Convolutional Network for Speech Emotion Recognition", 2018.
 *
 * @param wiring `outputSize`: number of classes
 */
export const fcnClassifier = defineComponent({
  name: 'fcn-classifier',
  config: z.object({
    projectorSize: z.int().positive().default(256).describe('features after the first linear layer'),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0.4)
      .describe('share of values that are zeroed before the second, third and fourth convolution, in training'),
  }),
  build(
    { input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number },
    { projectorSize, dropout: rate },
    { seed },
  ): UtteranceModel {
    const random = randomStream(seed, 'fcn-classifier');
    const projector = linear(input.size, projectorSize, random);
    const convolution = (place: number, kernelSize: number, stride = 1) =>
      conv1d({ inputSize: channels[place - 1] ?? projectorSize, outputSize: channels[place]!, kernelSize, stride }, random);
    const [first, second, third] = [convolution(0, 11, 4), convolution(1, 5), convolution(2, 3)];
    const [fourth, fifth] = [convolution(3, 3), convolution(4, 3)];
    const head = attentiveHead({ inputSize: 256, hiddenSize: 256, outputSize }, random);
    // the places that the original's sequences give them
    const model = moduleOf({
      model_seq: moduleOf({ 0: first, 5: second, 10: third, 14: fourth, 17: fifth }),
      ...head.modules,
    });

    function frames({ values, lengths }: Frames, { training, random: chance }: Mode): Frames {
      const drop = (x: tf.Tensor3D) => (training ? dropout(x, rate, chance) : x);
      // windows of maxima lie within the utterance, those of convolutions reach over its end
      let left = lengths.map((length) => Math.ceil(length / 4));
      let x = tf.relu(localResponseNorm(first.forward(maskFrames(projector.forward(values), lengths))));
      const halve = () => {
        x = maxPool(x, 3, 2);
        left = left.map((length) => maxPooledLength(length, 3, 2));
      };
      halve();
      x = tf.relu(localResponseNorm(second.forward(maskFrames(drop(x), left))));
      halve();
      x = tf.relu(localResponseNorm(third.forward(maskFrames(drop(x), left))));
      x = tf.relu(localResponseNorm(fourth.forward(maskFrames(drop(x), left))));
      x = localResponseNorm(fifth.forward(maskFrames(x, left)));
      halve();
      return { values: x, lengths: left };
    }
    return {
      ...moduleOf({ projector, model: moduleOf({ model }) }),
      input,
      outputSize,
      minFrames: 57,
      forward: (given, mode) => tf.tidy(() => head.forward(frames(given, mode))),
      graph(operations, { values, lengths }) {
        let x = operations.affine(values, projector.weight, projector.bias);
        let left = lengths;
        for (const [index, layer] of [first, second, third, fourth, fifth].entries()) {
          x = layer.graph(operations, graphMasked(operations, { values: x, lengths: left }));
          if (layer === first) left = operations.divide(operations.add(left, 3), 4);
          x = graphLocalResponseNorm(operations, x, channels[index]!);
          if (layer !== fifth) x = operations.relu(x);
          if (layer === third || layer === fourth) continue;
          x = graphMaxPool(operations, x, 3, 2);
          left = graphMaxPooledLength(operations, left, 3, 2);
        }
        return head.graph(operations, { values: x, lengths: left });
      },
    };
  },
});
