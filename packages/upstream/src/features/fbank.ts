import { defineComponent, type Upstream } from '@s3/interface';
import { z } from 'zod';
import { sampleRate } from '../frame-grid.ts';
import { filterMatrix } from '../graph/filter-matrix.ts';
import { graphLogarithm, kaldiGraph } from '../graph/kaldi-graph.ts';
import { baselineUpstream, batching, type NoWiring } from './baseline-upstream.ts';
import { fillDeltas, normalizeMeanVariance } from './feature-matrix.ts';
import { fftSize, kaldiFeatures } from './kaldi-features.ts';
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
    deltaOrder: z.int().min(0).max(3).default(2).describe('how often deltas are taken and appended; 0 for none'),
    cmvn: z.boolean().default(true).describe('normalize mean and variance of each feature over the utterance'),
    batching,
  }),
  build(_: NoWiring, { melBins, deltaOrder, cmvn, ...rest }): Upstream {
    const size = melBins * (1 + deltaOrder);
    const filters = kaldiMelFilters(melBins, fftSize, sampleRate);
    const energies = kaldiFeatures(
      size,
      (bands, which, _logEnergy, values, offset) => {
        for (let bin = 0; bin < melBins; bin++) values[offset + bin] = bands[2 * bin + which]!;
      },
      filters,
    );
    return baselineUpstream(
      size,
      rest,
      (waveforms) =>
        waveforms.map((waveform) => {
          const matrix = energies(waveform);
          fillDeltas(matrix, melBins);
          if (cmvn) normalizeMeanVariance(matrix);
          return matrix;
        }),
      kaldiGraph((graph, power) => graphLogarithm(graph, graph.matMul(power, graph.constant(filterMatrix(filters, fftSize / 2 + 1)))), {
        deltaOrder,
        cmvn,
      }),
    );
  },
});
