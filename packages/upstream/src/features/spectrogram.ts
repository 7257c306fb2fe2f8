import { defineComponent, type Upstream } from '@s3/interface';
import { z } from 'zod';
import { graphLogarithm, kaldiGraph } from '../graph/kaldi-graph.ts';
import { baselineUpstream, batching, type NoWiring } from './baseline-upstream.ts';
import { fillDeltas, normalizeMeanVariance } from './feature-matrix.ts';
import { fftSize, kaldiFeatures } from './kaldi-features.ts';

const bins = fftSize / 2 + 1;

/**
 * Kaldi's log power spectrogram, normalized over the utterance.
 *
 * (batch, samples) to one layer (batch, frames, 257): a frame of 25 ms every 10 ms, 512 points of
 * FFT. In place of 0 Hz stands the log energy of the frame, at least 0.
 *
 * Povey et al., "The Kaldi Speech Recognition Toolkit", 2011; the numbers are those of
 * `torchaudio.compliance.kaldi.spectrogram` and of S3PRL's `spectrogram`.
 */
export const spectrogram = defineComponent({
  name: 'spectrogram',
  config: z.object({
    deltaOrder: z.int().min(0).max(3).default(0).describe('how often deltas are taken and appended; 0 for none'),
    cmvn: z.boolean().default(true).describe('normalize mean and variance of each feature over the utterance'),
    batching,
  }),
  build(_: NoWiring, { deltaOrder, cmvn, ...rest }): Upstream {
    const size = bins * (1 + deltaOrder);
    const spectra = kaldiFeatures(size, (bands, which, logEnergy, values, offset) => {
      values[offset] = Math.max(0, logEnergy);
      for (let bin = 1; bin < bins; bin++) values[offset + bin] = bands[2 * bin + which]!;
    });
    return baselineUpstream(
      size,
      rest,
      (waveforms) =>
        waveforms.map((waveform) => {
          const matrix = spectra(waveform);
          fillDeltas(matrix, bins);
          if (cmvn) normalizeMeanVariance(matrix);
          return matrix;
        }),
      kaldiGraph(
        (graph, power, logEnergy) => graph.concat([graph.relu(logEnergy()), graphLogarithm(graph, graph.slice(power, -1, 1))], -1),
        { deltaOrder, cmvn },
      ),
    );
  },
});
