import { paddedWaveforms } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashed, scaled, sum, voice } from './fixtures/hash-signal.ts';
import reference from './fixtures/separation.json' with { type: 'json' };
import { shortTimeFourier } from './short-time-fourier.ts';

function expectNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  expect(actual.length).toBe(expected.length);
  expect(expected.reduce((worst, value, at) => Math.max(worst, Math.abs(value - actual[at]!)), 0)).toBeLessThan(tolerance);
}
const everyOther = (values: ArrayLike<number>, every: number) => Array.from(values).filter((_, at) => at % every === 0);

describe.each(reference.spectra)('torch.stft and torch.istft, transform $fftSize, window $windowSize, hop $hopSize', (recorded) => {
  const fourier = shortTimeFourier(recorded);
  const waveform = sum(voice(recorded.samples, 1), scaled(hashed(recorded.samples, 2), 0.1));
  // beside a longer one, which must change nothing
  const batch = paddedWaveforms([waveform, hashed(recorded.samples + 3 * recorded.hopSize, 9)]);
  const { real, imaginary, lengths } = fourier.forward(batch);

  test('forwards', () => {
    const { frames, every } = recorded;
    expect(fourier.framesOf(recorded.samples)).toBe(frames);
    const row = (x: tf.Tensor3D) => tf.slice(x, [0, 0, 0], [1, frames, -1]).dataSync();
    expectNear(everyOther(row(real), every), recorded.real, 1e-4);
    expectNear(everyOther(row(imaginary), every), recorded.imaginary, 1e-4);
  });

  test('and back, of what is no spectrum of a waveform', () => {
    const [bins, frames] = [fourier.bins, real.shape[1]!];
    const steps = tf.concat([tf.linspace(1, 0.5, recorded.frames), tf.zeros([frames - recorded.frames])]);
    const gain = tf.mul(tf.reshape(steps, [1, frames, 1]), tf.reshape(tf.linspace(0.2, 1, bins), [1, 1, bins]));
    const changed = { real: tf.mul(real, gain) as tf.Tensor3D, imaginary: tf.mul(imaginary, gain) as tf.Tensor3D, lengths };
    const sound = fourier.inverse(changed, batch.lengths);
    expectNear(everyOther(tf.slice(sound, [0, 0], [1, recorded.samples]).dataSync(), 7), recorded.back, 1e-5);
  });
});

test.each([321, 640, 1000, 959, 1])('gives back every sample of %i', (samples) => {
  const fourier = shortTimeFourier({ fftSize: 512, windowSize: 512, hopSize: 320 });
  const batch = paddedWaveforms([hashed(samples, 3), hashed(1500, 4)]);
  const back = fourier.inverse(fourier.forward(batch), batch.lengths);
  expect(back.shape).toEqual(batch.values.shape);
  expect(tf.max(tf.abs(tf.sub(back, batch.values))).dataSync()[0]).toBeLessThan(2e-5);
});

test('has gradients both ways', () => {
  const fourier = shortTimeFourier({ fftSize: 16, windowSize: 12, hopSize: 6 });
  const { values, lengths } = paddedWaveforms([hashed(40, 1)]);
  const weights = tf.tensor2d(hashed(40, 2), [1, 40]);
  const changed = (x: tf.Tensor2D) => {
    const { real, imaginary, lengths: frames } = fourier.forward({ values: x, lengths });
    return fourier.inverse({ real: tf.mul(real, 0.5), imaginary: tf.mul(imaginary, 0.25), lengths: frames }, lengths);
  };
  const value = (x: tf.Tensor2D) => tf.sum(tf.mul(changed(x), weights)) as tf.Scalar;
  const gradient = tf.grad((x) => value(x as tf.Tensor2D))(values);
  // it is linear: the gradient times the waveform is the value
  expect(tf.sum(tf.mul(gradient, values)).dataSync()[0]).toBeCloseTo(value(values).dataSync()[0]!, 5);
});

test('refuses a window that leaves samples out', () => {
  expect(() => shortTimeFourier({ fftSize: 512, windowSize: 320, hopSize: 320 })).toThrow('more than a hop of 320 samples');
  expect(() => shortTimeFourier({ fftSize: 512, windowSize: 600, hopSize: 320 })).toThrow("at most the transform's 512");
});
