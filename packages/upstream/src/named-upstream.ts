import { defineComponent, type Upstream } from '@s3/interface';
import { layerNorm } from '@s3/interface/tensors';
import { closestMatch } from 'leven';
import { z } from 'zod';
import { batching } from './baseline-upstream.ts';
import { fbank } from './fbank.ts';
import { linear } from './linear.ts';
import { mel } from './mel.ts';
import { mfcc } from './mfcc.ts';
import { spectrogram } from './spectrogram.ts';

type Settings = { readonly batching: z.output<typeof batching> };

const baselines = {
  fbank: (settings: Settings) => fbank(undefined, settings),
  fbank_no_cmvn: (settings: Settings) => fbank(undefined, { ...settings, cmvn: false }),
  mfcc: (settings: Settings) => mfcc(undefined, settings),
  mel: (settings: Settings) => mel(undefined, settings),
  linear: (settings: Settings) => linear(undefined, settings),
  spectrogram: (settings: Settings) => spectrogram(undefined, settings),
};

export type UpstreamName = keyof typeof baselines;

/** Every name that `namedUpstream` knows; S3PRL's names for the same. */
export const upstreamNames = Object.keys(baselines) as [UpstreamName, ...UpstreamName[]];

/**
 * An upstream by the name that S3PRL gives it.
 *
 * A promise, since upstreams with weights have to be read first; `cacheDir` is the folder
 * that such weights are kept in, of which the features computed from the waveform alone have no need.
 */
export const namedUpstream = defineComponent({
  name: 'namedUpstream',
  config: z.object({
    name: z.enum(upstreamNames, { error: ({ input }) => unknownName(input) }).describe('which upstream'),
    normalize: z.boolean().default(false).describe('normalize each frame of each hidden state to mean 0 and variance 1 over its features'),
    batching,
  }),
  build: async (_: { readonly cacheDir: string }, { name, normalize, ...settings }): Promise<Upstream> => {
    const upstream = baselines[name](settings);
    return normalize ? normalizedLayers(upstream) : upstream;
  },
});

function unknownName(name: unknown): string {
  const known = `the known upstreams are ${upstreamNames.join(', ')}`;
  if (typeof name !== 'string') return `an upstream's name is missing; ${known}`;
  const nearest = closestMatch(name.toLowerCase(), upstreamNames, { maxDistance: 3 });
  return `no upstream is called '${name}'; ${known}${nearest ? `. Did you mean '${nearest}'?` : ''}`;
}

/** The upstream with each frame of each hidden state layer-normalized, without weights (S3PRL's `normalize`). */
function normalizedLayers(upstream: Upstream): Upstream {
  return {
    ...upstream,
    async extract(waveforms) {
      const layers = await upstream.extract(waveforms);
      return layers.map(({ values, lengths }) => {
        const normalized = layerNorm(values);
        values.dispose();
        return { values: normalized, lengths };
      });
    },
  };
}
