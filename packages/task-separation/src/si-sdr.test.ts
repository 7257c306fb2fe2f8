import { paddedWaveforms } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashed, scaled, sum, voice } from './fixtures/hash-signal.ts';
import reference from './fixtures/separation.json' with { type: 'json' };
import { siSdr, siSdrLoss } from './si-sdr.ts';

const { lengths } = reference.losses;

test.each(reference.scores)('asteroid and torchmetrics: $siSdr dB', ({ samples, noise, siSdr: separated, inputSiSdr, torchmetrics }) => {
  const clean = voice(samples, 1);
  const estimate = siSdr(sum(clean, scaled(hashed(samples, 6), noise)), clean);
  expect(estimate).toBeCloseTo(separated, 4);
  expect(estimate).toBeCloseTo(torchmetrics, 4);
  expect(siSdr(sum(clean, scaled(hashed(samples, 7), 0.2)), clean)).toBeCloseTo(inputSiSdr, 4);
});

test('stays finite for what is silent or perfect, whatever its volume', () => {
  const clean = voice(1000, 1);
  const silence = new Float32Array(1000);
  expect(siSdr(silence, clean)).toBeCloseTo(-80, 6);
  expect(siSdr(clean, silence)).toBeCloseTo(-80, 6);
  expect(siSdr(scaled(clean, 0.5), clean)).toBeGreaterThan(75);
});

describe.each(reference.waveformLosses)("S3PRL's loss, sources $sources", ({ sources, value, gradient }) => {
  const clean = (row: number, source: number) => voice(lengths[row]!, 3 + 10 * row + source);
  const batch = (waves: (row: number, place: number) => Float32Array) =>
    Array.from({ length: sources }, (_, place) => paddedWaveforms(lengths.map((_, row) => waves(row, place))).values);
  const references = batch(clean);
  const estimates = batch((row, place) => {
    const source = (place - row + sources) % sources;
    return sum(clean(row, source), scaled(hashed(lengths[row]!, 90 + 10 * row + source), 0.05)).map((sample) => sample + 0.01);
  });

  test('value', () => {
    expect(siSdrLoss(estimates, references, lengths).dataSync()[0]).toBeCloseTo(value, 4);
  });

  test('gradient', () => {
    const own = tf.grad((x) => siSdrLoss([x as tf.Tensor2D, ...estimates.slice(1)], references, lengths))(estimates[0]!);
    const every11 = Array.from(own.dataSync().subarray(0, Math.max(...lengths))).filter((_, at) => at % 11 === 0);
    const largest = Math.max(...gradient.map(Math.abs));
    expect(every11).toHaveLength(gradient.length);
    expect(Math.max(...every11.map((derivative, at) => Math.abs(derivative - gradient[at]!)))).toBeLessThan(1e-4 * largest);
  });
});
