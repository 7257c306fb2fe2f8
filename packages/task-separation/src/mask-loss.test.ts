import { paddedWaveforms } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashed, scaled, sum, voice } from './fixtures/hash-signal.ts';
import reference from './fixtures/separation.json' with { type: 'json' };
import { type MaskTarget, magnitudesOf, maskLoss, maskTarget } from './mask-loss.ts';
import { shortTimeFourier } from './short-time-fourier.ts';

const { lengths, frames, fftSize, hopSize } = reference.losses;
const fourier = shortTimeFourier({ fftSize, windowSize: fftSize, hopSize });
const targets = { AM: 'magnitude', PSM: 'phase-sensitive', NPSM: 'non-negative-phase-sensitive' } as const;

describe.each(reference.losses.cases)('S3PRL: $loss of $maskType, log $log, sources $sources', (recorded) => {
  const count = recorded.sources;
  const waves = lengths.map((samples, row) => Array.from({ length: count }, (_, source) => voice(samples, 3 + 10 * row + source)));
  const mixture = fourier.forward(paddedWaveforms(waves.map((own, row) => sum(...own, scaled(hashed(lengths[row]!, 50 + row), 0.1)))));
  const as: MaskTarget = {
    target: targets[recorded.maskType as keyof typeof targets],
    scale: recorded.log === 'log1p' ? 'log1p' : 'linear',
  };
  const wanted = Array.from({ length: count }, (_, source) =>
    maskTarget(mixture, fourier.forward(paddedWaveforms(waves.map((own) => own[source]!))), as),
  );
  const shape: [number, number, number] = [2, Math.max(...frames), fourier.bins];
  const masks = Array.from({ length: count }, (_, source) =>
    tf.tensor3d(hashed(shape[0] * shape[1] * shape[2], 70 + source).map(Math.abs), shape),
  );
  const lossOf = (first: tf.Tensor3D) =>
    maskLoss(
      [first, ...masks.slice(1)],
      { mixture: magnitudesOf(mixture, as.scale), targets: wanted, lengths: mixture.lengths },
      recorded.loss === 'MSE' ? 'mse' : 'l1',
    );

  test('value', () => {
    expect(mixture.lengths).toEqual(frames);
    expect(Math.abs(lossOf(masks[0]!).dataSync()[0]! / recorded.value - 1)).toBeLessThan(1e-5);
  });

  test('gradient', () => {
    const gradient = tf
      .grad((x) => lossOf(x as tf.Tensor3D))(masks[0]!)
      .dataSync();
    const every37 = Array.from(gradient).filter((_, at) => at % 37 === 0);
    const largest = Math.max(...recorded.gradient.map(Math.abs));
    expect(every37).toHaveLength(recorded.gradient.length);
    expect(Math.max(...every37.map((value, at) => Math.abs(value - recorded.gradient[at]!)))).toBeLessThan(1e-4 * largest);
  });
});

test('the order of the sources does not matter', () => {
  const spectrum = (p: number) => fourier.forward(paddedWaveforms([voice(200, p)]));
  const [mixture, one, other] = [spectrum(1), spectrum(2), spectrum(3)];
  const by: MaskTarget = { target: 'magnitude', scale: 'linear' };
  const sources = [maskTarget(mixture, one, by), maskTarget(mixture, other, by)];
  const masks = [4, 5].map((p) => tf.tensor3d(hashed(mixture.real.size, p).map(Math.abs), mixture.real.shape));
  const loss = (targets: readonly tf.Tensor3D[]) =>
    maskLoss(masks, { mixture: magnitudesOf(mixture, 'linear'), targets, lengths: mixture.lengths }, 'mse').dataSync()[0];
  expect(loss([...sources].reverse())).toBe(loss(sources));
});
