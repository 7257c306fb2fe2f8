import { defineComponent, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { ecapaBackbone } from './ecapa-backbone.ts';
import { poolings } from './pooling.ts';

/**
 * ECAPA-TDNN whose embedding is what the pooling gives.
 *
 * Sizes and pooling default to S3PRL's; the paper has 1536 and ASP.
 *
 * Desplanques et al., "ECAPA-TDNN: Emphasized Channel Attention, Propagation and
 * Aggregation in TDNN Based Speaker Verification", 2020.
 */
export const ecapaTdnn = defineComponent({
  name: 'ecapa-tdnn',
  config: z.object({
    pooling: z
      .enum(['TAP', 'TSP', 'SAP', 'ASP'])
      .default('TAP')
      .describe('mean, statistics, self-attentive or attentive statistics pooling'),
    aggregationSize: z
      .int()
      .positive()
      .default(1500)
      .describe('features of the last layer; the embedding has as many, twice with TSP and ASP'),
    channels: z.int().min(8).default(1024).describe('features between the blocks'),
  }),
  build(input: FrameSpec, config, { seed }): UtteranceModel {
    const random = randomStream(seed, 'ecapa-tdnn');
    const sizes = { inputSize: input.size, channels: config.channels, outputSize: config.aggregationSize };
    const backbone = ecapaBackbone(sizes, random);
    const pooling = poolings[config.pooling](backbone.outputSize, random);
    return {
      ...moduleOf({ backbone, pooling }),
      input,
      outputSize: pooling.outputSize,
      minFrames: pooling.minFrames,
      forward: (frames, mode) => tf.tidy(() => pooling.forward(backbone.forward(frames, mode))),
    };
  },
});
