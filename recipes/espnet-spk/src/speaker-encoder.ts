import { ecapaTdnn, xvector } from '@s3/downstream';
import { defineComponent, type FrameSpec, InputError, settingPath, type UtteranceModel } from '@s3/interface';
import { z } from 'zod';

/** The two speaker models of the recipe, by name; sizes default to those of ESPnet's ECAPA-TDNN. */
export const speakerEncoder = defineComponent({
  name: 'speaker-encoder',
  config: z.object({
    model: z
      .enum(['ecapa-tdnn', 'xvector'])
      .default('ecapa-tdnn')
      .describe('speaker model; xvector is usually given pooling TSP and channels 512'),
    pooling: ecapaTdnn.config.shape.pooling.default('CASP'),
    channels: z.int().min(8).default(1024).describe('features between the blocks of ecapa-tdnn, and of the first four layers of xvector'),
    aggregationSize: z.int().positive().default(1536).describe('features of the last frame layer, which are pooled'),
    embeddingSize: z.int().positive().nullable().default(192).describe('features of the embedding; null: what is pooled is the embedding'),
    dropout: z.number().min(0).lt(1).default(0).describe('xvector: probability of zeroing a value while training'),
  }),
  build(input: FrameSpec, config, context): UtteranceModel {
    const { model, channels, dropout, ...sizes } = config;
    if (model === 'xvector') return xvector(input, { ...sizes, tdnnSize: channels, dropout, batchNorm: true }, context);
    if (dropout > 0) {
      const expected = '0, since ecapa-tdnn zeroes nothing';
      throw new InputError(settingPath(config, 'dropout'), String(dropout), expected, 'Leave it out, or choose the model xvector.');
    }
    return ecapaTdnn(input, { ...sizes, channels, squeezeBatchNorm: true }, context);
  },
});
