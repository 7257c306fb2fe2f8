import { defineComponent, type Upstream } from '@s3/interface';
import { z } from 'zod';
import { sampleRate } from '../frame-grid.ts';
import { graphLogEnergies } from '../graph/kaldi-graph.ts';
import type { NoWiring } from './baseline-upstream.ts';
import { fftSize } from './kaldi-features.ts';
import { kaldiSettings, kaldiUpstream } from './kaldi-upstream.ts';
import { kaldiMelFilters } from './mel-filters.ts';

/**
 * Kaldi's log mel filter bank energies with their first and second deltas, normalized over the utterance.
 *
 * (batch, samples) to one layer (batch, frames, 240): 80 log energies, 80 deltas, 80 deltas of
 * deltas; a frame of 25 ms every 10 ms.
 *
 * Povey et al., "The Kaldi Speech Recognition Toolkit", 2011; the numbers are those of
 * `torchaudio.compliance.kaldi.fbank` and of S3PRL's `fbank`.
 */
export const fbank = defineComponent({
  name: 'fbank',
  config: z.object({
    melBins: z.int().min(4).max(128).default(80).describe('mel filters'),
    ...kaldiSettings({ deltaOrder: 2 }),
  }),
  build(_: NoWiring, { melBins, ...rest }): Upstream {
    const filters = kaldiMelFilters(melBins, fftSize, sampleRate);
    return kaldiUpstream(
      {
        size: melBins,
        filters,
        write(bands, which, _logEnergy, values, offset) {
          for (let bin = 0; bin < melBins; bin++) values[offset + bin] = bands[2 * bin + which]!;
        },
        describe: (graph, power) => graphLogEnergies(graph, power, filters),
      },
      rest,
    );
  },
});
