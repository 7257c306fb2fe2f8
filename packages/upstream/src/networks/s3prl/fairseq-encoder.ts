import { z } from 'zod';
import { describedEncoder } from '../hugging-face/described-encoder.ts';
import { networkConfig } from '../hugging-face/network-config.ts';
import type { DescribedNetwork } from '../network.ts';

/** The settings of a transformer on waveforms as fairseq keeps it: those of the network by the names that transformers has for them, and what runs it. */
export const fairseqConfig = z.object({
  model_type: z.literal('fairseq'),
  encoder: networkConfig,
  /** waveforms are normalized */
  normalize: z.boolean().default(false),
  /** an utterance beside longer ones has the frames that its own samples make, or one for each part of the batch's samples that it reaches into */
  masked_by: z.enum(['frames', 'parts']),
  layer_type: z.literal('transformer').default('transformer'),
  quantize_input: z.literal(false).default(false),
  gru_rel_pos: z.literal(true).default(true),
});

/**
 * wav2vec 2.0, HuBERT, data2vec, UniSpeech-SAT and WavLM as S3PRL runs their first checkpoints, rather than those converted for transformers: the same
 * networks, but for how waveforms are normalized and padding is masked.
 */
export function fairseqEncoder({ encoder, normalize, masked_by }: z.output<typeof fairseqConfig>): DescribedNetwork {
  return {
    ...describedEncoder(encoder),
    // what its training had beside the encoder
    unread: /^(?!(feature_extractor|feature_projection|encoder)\.)/,
    ...(normalize && { waveformEpsilon: 1e-5 }),
    ...(masked_by === 'parts' && { steps: 'reached' as const }),
  };
}
