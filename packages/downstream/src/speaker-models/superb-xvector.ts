import { defineComponent, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { temporalStatisticsPooling } from '../pooling/temporal-statistics-pooling.ts';
import { xvectorBackbone } from './xvector-backbone.ts';

/**
 * SUPERB's x-vector: projector, five time-delay layers, statistics pooling, two linear layers.
 *
 * Training gives what the second linear layer makes of the first; otherwise the first
 * layer's output is the embedding. Both pass a ReLU and have `outputSize` features.
 *
 * Utterances need 16 frames: 14 are lost at the edges, and a deviation takes two.
 *
 * Snyder et al., "X-vectors: Robust DNN embeddings for speaker recognition", 2018.
 */
export const superbXvector = defineComponent({
  name: 'superb-xvector',
  config: z.object({
    outputSize: z.int().positive().default(512).describe('features of the speaker embedding'),
    hiddenSize: z.int().positive().default(512).describe('features that the projector makes of those of the upstream'),
    tdnnSize: z.int().positive().default(512).describe('features of the first four time-delay layers; S3PRL fixes 512'),
    aggregationSize: z
      .int()
      .positive()
      .default(1500)
      .describe('features of the last time-delay layer, whose mean and deviation are pooled'),
    dropout: z.number().min(0).lt(1).default(0).describe('probability of zeroing a value in the time-delay layers while training'),
    batchNorm: z.boolean().default(false).describe('batch normalization in the time-delay layers'),
  }),
  build(input: FrameSpec, config, { seed }): UtteranceModel {
    const random = randomStream(seed, 'superb-xvector');
    const { outputSize, hiddenSize, tdnnSize, aggregationSize } = config;
    const projector = linear(input.size, hiddenSize, random);
    const tdnns = xvectorBackbone({ inputSize: hiddenSize, tdnnSize, outputSize: aggregationSize }, config, random);
    const pooling = temporalStatisticsPooling(aggregationSize);
    const linear1 = linear(pooling.outputSize, outputSize, random);
    const linear2 = linear(outputSize, outputSize, random);
    return {
      ...moduleOf({ projector, tdnns, affine: moduleOf({ linear1, linear2 }) }),
      input,
      outputSize,
      minFrames: tdnns.framesLost + pooling.minFrames,
      forward: ({ values, lengths }, mode) =>
        tf.tidy(() => {
          const frames = tdnns.forward({ values: projector.forward(values), lengths }, mode);
          const embeddings = tf.relu(linear1.forward(pooling.forward(frames, mode)));
          return mode.training ? tf.relu(linear2.forward(embeddings)) : embeddings;
        }),
      graph(operations, { values, lengths }) {
        const frames = tdnns.graph(operations, { values: operations.affine(values, projector.weight, projector.bias), lengths });
        return operations.relu(operations.affine(pooling.graph(operations, frames), linear1.weight, linear1.bias));
      },
    };
  },
});
