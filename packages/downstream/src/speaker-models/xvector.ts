import { defineComponent, type FrameSpec, randomStream, type UtteranceModel } from '@s3/interface';
import { z } from 'zod';
import { poolingSetting } from '../pooling/poolings.ts';
import { embeddingSizeSetting } from './embedding-projector.ts';
import { pooledEmbeddings } from './pooled-embeddings.ts';
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
    return pooledEmbeddings(input, xvectorBackbone(sizes, config, random), config, random);
  },
});
