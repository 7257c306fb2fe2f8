import { z } from 'zod';
import { apc, apcConfig } from './apc.ts';
import { audioSpectrogramTransformer, audioSpectrogramTransformerConfig } from './audio-spectrogram-transformer.ts';
import { byolA, byolAConfig } from './byol-a.ts';
import { cpc, cpcConfig } from './cpc.ts';
import { decoar, decoarConfig } from './decoar.ts';
import { decoar2, decoar2Config } from './decoar2.ts';
import { distiller, distillerConfig } from './distiller.ts';
import { fairseqConfig, fairseqEncoder } from './fairseq-encoder.ts';
import { mockingjay, mockingjayConfig } from './mockingjay.ts';
import { npc, npcConfig } from './npc.ts';
import { wav2vec, wav2vecConfig } from './wav2vec.ts';

/** Settings of the networks that S3PRL keeps in checkpoints of its own, rather than in Hugging Face layout. */
export const originalConfig = z.discriminatedUnion('model_type', [
  // S3PRL's own
  ...([apcConfig, npcConfig, mockingjayConfig, decoarConfig, decoar2Config] as const),
  // of others
  ...([wav2vecConfig, cpcConfig, audioSpectrogramTransformerConfig, byolAConfig, fairseqConfig, distillerConfig] as const),
]);

export type OriginalConfig = z.output<typeof originalConfig>;

const own = { apc, npc, mockingjay, decoar, decoar2 } as const;
const ofOthers = {
  wav2vec,
  cpc,
  'audio-spectrogram-transformer': audioSpectrogramTransformer,
  'byol-a': byolA,
  fairseq: fairseqEncoder,
  distiller,
} as const;

/** What makes a network of them, by `model_type`. */
export const originalNetworks = { ...own, ...ofOthers };
