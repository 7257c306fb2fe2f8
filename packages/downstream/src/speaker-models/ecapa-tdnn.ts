import { defineComponent, type FrameSpec, randomStream, type UtteranceModel } from '@s3/interface';
import { z } from 'zod';
import { poolingSetting } from '../pooling/poolings.ts';
import { ecapaBackbone } from './ecapa-backbone.ts';
import { embeddingSizeSetting } from './embedding-projector.ts';
import { pooledEmbeddings } from './pooled-embeddings.ts';

/**
 * ECAPA-TDNN whose embedding is what the pooling gives, or a projection of it.
 *
 * Sizes and pooling default to S3PRL's. ESPnet and the paper have 1536 features, CASP and embeddings of 192.
 *
 * Desplanques et al., "ECAPA-TDNN: Emphasized Channel Attention, Propagation and
 * Aggregation in TDNN Based Speaker Verification", 2020.
 */
export const ecapaTdnn = defineComponent({
  name: 'ecapa-tdnn',
  config: z.object({
    pooling: poolingSetting,
    aggregationSize: z
      .int()
      .positive()
      .default(1500)
      .describe('features of the last layer; the embedding has as many, twice with TSP, ASP and CASP'),
    channels: z.int().min(8).default(1024).describe('features between the blocks'),
    squeezeBatchNorm: z.boolean().default(false).describe('batch normalization in the squeeze-excitation, as ESPnet has it'),
    embeddingSize: embeddingSizeSetting,
  }),
  build(input: FrameSpec, config, { seed }): UtteranceModel {
    const random = randomStream(seed, 'ecapa-tdnn');
    const sizes = {
      inputSize: input.size,
      channels: config.channels,
      outputSize: config.aggregationSize,
      squeezeBatchNorm: config.squeezeBatchNorm,
    };
    return pooledEmbeddings(input, ecapaBackbone(sizes, random), config, random);
  },
});
