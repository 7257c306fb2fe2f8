import { z } from 'zod';
import { frameShift, sampleRate } from '../../frame-grid.ts';
import { affineWeights, normWeights } from '../layers/layer-weights.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);

/** The settings of BYOL-A, all of which its weights' shapes say. */
export const byolAConfig = z.object({ model_type: z.literal('byol-a'), channels: count, size: count });

/** of a second, which is heard at once */
const samples = sampleRate;
const melBins = 64;
/** float32's epsilon is added */
const spectrogram = { window: 1024, mel: { bins: melBins, lowest: 60, highest: 7800 }, added: 2 ** -23 } as const;
/** 10 ms each */
const frames = samples / frameShift + 1;
/** of the mel bands that S3PRL normalizes by */
const [mean, deviation] = [-5.4919195, 5.0389895];
const places = [0, 4, 8] as const;

/**
 * BYOL-A: convolutions over time and frequency on each second by itself; the last one of a waveform is zero-padded.
 *
 * (batch, samples) to one hidden state (batch, seconds, features). Batch norms keep the statistics of their training where the upstream is trained, too.
 *
 * Niizumi et al., "BYOL for Audio", 2021.
 */
export function byolA({ channels, size }: z.output<typeof byolAConfig>): DescribedNetwork {
  const { names, weights } = weightNames();
  const blocks = places.map((place, index) => {
    const [convolution, norm] = [names.within(`features.${place}`), names.within(`features.${place + 1}`)];
    return {
      convolution: {
        weight: convolution.weight('weight', channels, index === 0 ? 1 : channels, 3, 3),
        bias: convolution.weight('bias', channels),
      },
      norm: {
        ...normWeights(norm, channels, 1e-5),
        mean: norm.weight('running_mean', channels),
        variance: norm.weight('running_var', channels),
      },
    };
  });
  const rows = melBins / 2 ** places.length;
  const [first, second] = [affineWeights(names.within('fc.0'), channels * rows, size), affineWeights(names.within('fc.3'), size, size)];
  return {
    weights,
    size,
    hiddenStates: 1,
    segment: { samples, frames: 1 },
    downsampleRate: samples,
    windows: [],
    frames: (given) => Math.ceil(given / samples),
    sections: { convolutions: ['features.'], before: [], layers: [['fc.']] },
    bytes: (given, _, gradients) => 4 * Math.ceil(given / samples) * channels * melBins * frames * (gradients ? 8 : 4),
    forward<T>(operations: Operations<T>, { waveforms }: NetworkInput<T>): T[] {
      const { affine, relu, scoped } = operations;
      let picture = { rows: melBins, steps: frames, features: 1 };
      const features = operations.stage(waveforms, 'features.', (x) =>
        scoped(() => {
          const bands = operations.logSpectrogram(operations.segments(x, samples), spectrogram);
          const begun = operations.asPicture(operations.multiply(operations.add(bands, -mean), 1 / deviation));
          const last = blocks.reduce((y, { convolution, norm }) => {
            const convolved = operations.pictureConvolution(y, convolution, picture);
            picture = { ...picture, features: channels };
            const halved = operations.halvedPicture(relu(operations.batchNorm(convolved, norm)), picture);
            picture = { rows: Math.floor(picture.rows / 2), steps: Math.floor(picture.steps / 2), features: channels };
            return halved;
          }, begun);
          return operations.pictureSteps(last, picture);
        }),
      );
      const answer = operations.stage(features, 'fc.', (x) =>
        scoped(() => operations.largestAndMean(relu(affine(operations.dropout(relu(affine(x, first)), 0.3), second)))),
      );
      return [operations.joinSegments(answer, waveforms, { size: samples, features: size })];
    },
  };
}
