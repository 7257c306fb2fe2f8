import { defineComponent, type Upstream } from '@s3/interface';
import { z } from 'zod';
import { graphLogarithm } from '../graph/kaldi-graph.ts';
import type { NoWiring } from './baseline-upstream.ts';
import { fftSize } from './kaldi-features.ts';
import { kaldiSettings, kaldiUpstream } from './kaldi-upstream.ts';

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
  config: z.object(kaldiSettings({ deltaOrder: 0 })),
  build: (_: NoWiring, settings): Upstream =>
    kaldiUpstream(
      {
        size: bins,
        write(bands, which, logEnergy, values, offset) {
          values[offset] = Math.max(0, logEnergy);
          for (let bin = 1; bin < bins; bin++) values[offset + bin] = bands[2 * bin + which]!;
        },
        describe: (graph, power, logEnergy) =>
          graph.concat([graph.relu(logEnergy()), graphLogarithm(graph, graph.slice(power, -1, 1))], -1),
      },
      settings,
    ),
});
