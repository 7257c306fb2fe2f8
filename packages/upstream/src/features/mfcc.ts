import { defineComponent, settingPath, type Upstream, WiringError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { sampleRate } from '../frame-grid.ts';
import { graphLogEnergies } from '../graph/kaldi-graph.ts';
import type { NoWiring } from './baseline-upstream.ts';
import { fftSize } from './kaldi-features.ts';
import { kaldiSettings, kaldiUpstream } from './kaldi-upstream.ts';
import { kaldiMelFilters } from './mel-filters.ts';

const cepstralLifter = 22;

/**
 * Kaldi's mel-frequency cepstral coefficients with their first and second deltas, normalized over the utterance.
 *
 * (batch, samples) to one layer (batch, frames, 39): 13 coefficients of 23 mel filters, 13
 * deltas, 13 deltas of deltas; a frame of 25 ms every 10 ms. The coefficient 0 is the sum of the
 * log energies, not the frame's energy; the others are liftered by 22.
 *
 * Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word
 * recognition in continuously spoken sentences", 1980; the numbers are those of
 * `torchaudio.compliance.kaldi.mfcc` and of S3PRL's `mfcc`.
 */
export const mfcc = defineComponent({
  name: 'mfcc',
  config: z.object({
    coefficients: z.int().min(1).max(128).default(13).describe('cepstral coefficients, the 0th included; at most melBins'),
    melBins: z.int().min(4).max(128).default(23).describe('mel filters'),
    ...kaldiSettings({ deltaOrder: 2 }),
  }),
  build(_: NoWiring, config): Upstream {
    const { coefficients, melBins, ...rest } = config;
    if (coefficients > melBins) {
      throw new WiringError(
        settingPath(config, 'coefficients'),
        `is ${coefficients}`,
        `${melBins} mel filters give at most as many; lower it or raise ${settingPath(config, 'melBins')}`,
      );
    }
    const transform = cosineTransform(coefficients, melBins);
    const filters = kaldiMelFilters(melBins, fftSize, sampleRate);
    return kaldiUpstream(
      {
        size: coefficients,
        filters,
        write(bands, which, _logEnergy, values, offset) {
          for (let coefficient = 0; coefficient < coefficients; coefficient++) {
            let sum = 0;
            for (let bin = 0; bin < melBins; bin++) sum += transform[coefficient * melBins + bin]! * bands[2 * bin + which]!;
            values[offset + coefficient] = sum;
          }
        },
        describe(graph, power) {
          const matrix = tf.tensor2d(Float32Array.from(transform), [coefficients, melBins]);
          return graph.affine(graphLogEnergies(graph, power, filters), matrix);
        },
      },
      rest,
    );
  },
});

/** The orthonormal cosine transform with Kaldi's lifter, (coefficients, melBins). */
function cosineTransform(coefficients: number, melBins: number): Float64Array {
  return Float64Array.from({ length: coefficients * melBins }, (_, index) => {
    const [coefficient, bin] = [Math.floor(index / melBins), index % melBins];
    const lifter = 1 + 0.5 * cepstralLifter * Math.sin((Math.PI * coefficient) / cepstralLifter);
    const scale = Math.sqrt((coefficient === 0 ? 1 : 2) / melBins);
    return lifter * scale * Math.cos((Math.PI / melBins) * (bin + 0.5) * coefficient);
  });
}
