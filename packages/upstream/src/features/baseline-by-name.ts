import type { z } from 'zod';
import type { batching } from './baseline-upstream.ts';
import { fbank } from './fbank.ts';
import { linear } from './linear.ts';
import { mel } from './mel.ts';
import { mfcc } from './mfcc.ts';
import { spectrogram } from './spectrogram.ts';

type Settings = { readonly batching: z.output<typeof batching> };

/** Upstreams without weights. */
export const baselines = {
  fbank: (settings: Settings) => fbank(undefined, settings),
  fbank_no_cmvn: (settings: Settings) => fbank(undefined, { ...settings, cmvn: false }),
  mfcc: (settings: Settings) => mfcc(undefined, settings),
  mel: (settings: Settings) => mel(undefined, settings),
  linear: (settings: Settings) => linear(undefined, settings),
  spectrogram: (settings: Settings) => spectrogram(undefined, settings),
};

export type BaselineName = keyof typeof baselines;
/** Whether the upstream of this name has no weights. */
export const isBaseline = (name: string): name is BaselineName => Object.hasOwn(baselines, name);
