import { defineComponent, type Upstream } from '@s3/interface';
import { z } from 'zod';
import { sampleRate } from '../frame-grid.ts';
import { stftGraph } from '../graph/stft-graph.ts';
import { baselineUpstream, batching, cmvn, type NoWiring } from './baseline-upstream.ts';
import { htkMelFilters } from './mel-filters.ts';
import { stftBins, stftFeatures } from './stft-features.ts';

/**
 * Log mel spectrogram of torchaudio, normalized over the utterance.
 *
 * (batch, samples) to one layer (batch, frames, 80): windows of 25 ms centered on every 10 ms, HTK's
 * mel filters, log(energy + 1e-10). Unlike `fbank` without pre-emphasis and deltas.
 *
 * The numbers are those of S3PRL's `mel` (`torch.stft` and torchaudio's `MelScale`).
 */
export const mel = defineComponent({
  name: 'mel',
  config: z.object({
    melBins: z.int().min(4).max(128).default(80).describe('mel filters'),
    cmvn,
    batching,
  }),
  build(_: NoWiring, { melBins, cmvn, ...rest }): Upstream {
    const filters = htkMelFilters(melBins, stftBins, sampleRate);
    const rules = { cmvn, keepZeros: rest.batching === 'independent' };
    return baselineUpstream(melBins, rest, stftFeatures(rules, filters), stftGraph(rules, filters));
  },
});
