import { defineComponent, type Upstream } from '@s3/interface';
import { z } from 'zod';
import { stftGraph } from '../graph/stft-graph.ts';
import { baselineUpstream, batching, cmvn, type NoWiring } from './baseline-upstream.ts';
import { stftBins, stftFeatures } from './stft-features.ts';

/**
 * Log power spectrogram of torchaudio, normalized over the utterance.
 *
 * (batch, samples) to one layer (batch, frames, 201): windows of 25 ms centered on every 10 ms,
 * log(power + 1e-10) of 201 frequencies, 0 to 8000 Hz, evenly spaced.
 *
 * The numbers are those of S3PRL's `linear` (`torch.stft`).
 */
export const linear = defineComponent({
  name: 'linear',
  config: z.object({
    cmvn,
    batching,
  }),
  build(_: NoWiring, { cmvn, ...rest }): Upstream {
    const rules = { cmvn, keepZeros: rest.batching === 'independent' };
    return baselineUpstream(stftBins, rest, stftFeatures(rules), stftGraph(rules));
  },
});
