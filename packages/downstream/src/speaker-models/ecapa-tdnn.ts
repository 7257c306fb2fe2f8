import { defineComponent, type FrameSpec, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { poolingSetting, poolings } from '../pooling/poolings.ts';
import { ecapaBackbone } from './ecapa-backbone.ts';
import { embeddingProjector, embeddingSizeSetting } from './embedding-projector.ts';

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
    const backbone = ecapaBackbone(sizes, random);
    const pooling = poolings[config.pooling](backbone.outputSize, random);
    const projector = config.embeddingSize === null ? undefined : embeddingProjector(pooling.outputSize, config.embeddingSize, random);
    return {
      ...moduleOf({ backbone, pooling, ...(projector && { projector }) }),
      input,
      outputSize: config.embeddingSize ?? pooling.outputSize,
      minFrames: pooling.minFrames,
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
