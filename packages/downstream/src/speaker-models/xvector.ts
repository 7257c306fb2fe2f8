import { defineComponent, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { poolingSetting, poolings } from '../pooling/poolings.ts';
import { embeddingProjector, embeddingSizeSetting } from './embedding-projector.ts';
import { xvectorBackbone } from './xvector-backbone.ts';

/**
 * X-vector whose embedding is what the pooling gives, or a projection of it: five time-delay layers, then the pooling.
 *
 * Snyder et al., "X-vectors: Robust DNN embeddings for speaker recognition", 2018.
 */
export const xvector = defineComponent({
  name: 'xvector',
  config: z.object({
    pooling: poolingSetting,
    aggregationSize: z
      .int()
      .positive()
      .default(1500)
      .describe('features of the last time-delay layer; the embedding has as many, twice with TSP, ASP and CASP'),
    tdnnSize: z.int().positive().default(512).describe('features of the first four time-delay layers; S3PRL fixes 512'),
    dropout: z.number().min(0).lt(1).default(0).describe('probability of zeroing a value in the time-delay layers while training'),
    batchNorm: z.boolean().default(true).describe('batch normalization in the time-delay layers'),
    embeddingSize: embeddingSizeSetting,
  }),
  build(input: FrameSpec, config, { seed }): UtteranceModel {
    const random = randomStream(seed, 'xvector');
    const sizes = { inputSize: input.size, tdnnSize: config.tdnnSize, outputSize: config.aggregationSize };
    const backbone = xvectorBackbone(sizes, config, random);
    const pooling = poolings[config.pooling](backbone.outputSize, random);
    const projector = config.embeddingSize === null ? undefined : embeddingProjector(pooling.outputSize, config.embeddingSize, random);
    return {
      ...moduleOf({ backbone, pooling, ...(projector && { projector }) }),
      input,
      outputSize: config.embeddingSize ?? pooling.outputSize,
      minFrames: backbone.framesLost + pooling.minFrames,
      forward: (frames, mode) =>
        tf.tidy(() => {
          const pooled = pooling.forward(backbone.forward(frames, mode), mode);
          return projector ? projector.forward(pooled, mode) : pooled;
        }),
      graph(operations, frames) {
        const pooled = pooling.graph(operations, backbone.graph(operations, frames));
        return projector ? projector.graph(operations, pooled) : pooled;
      },
    };
  },
});
