import { z } from 'zod';
import { apc, apcConfig } from './apc.ts';
import { mockingjay, mockingjayConfig } from './mockingjay.ts';
import { npc, npcConfig } from './npc.ts';

/** Settings of the networks that S3PRL keeps in checkpoints of its own, rather than in Hugging Face layout. */
export const originalConfig = z.discriminatedUnion('model_type', [apcConfig, npcConfig, mockingjayConfig]);

export type OriginalConfig = z.output<typeof originalConfig>;

/** What makes a network of them, by `model_type`. */
export const originalNetworks = { apc, npc, mockingjay } as const;
