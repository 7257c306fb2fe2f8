import { randomStream } from '@s3/interface';
import { expect, test } from 'vitest';
import { spectrumPair } from './spectrum-pair.ts';

/** |DFT|^2 by its definition. */
function powerOf(samples: readonly number[], bin: number): number {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, index) => {
    real += sample * Math.cos((2 * Math.PI * bin * index) / samples.length);
    imaginary += sample * Math.sin((2 * Math.PI * bin * index) / samples.length);
  });
  return real ** 2 + imaginary ** 2;
}

test.each([4, 8, 10, 16, 20, 50, 400, 512])('equals the discrete Fourier transform of %i samples', (size) => {
  const { frames, bands, compute } = spectrumPair(size);
  const random = randomStream('power spectrum', size);
  for (let round = 0; round < 2; round++) {
    const pair = [0, 1].map(() => Array.from({ length: size }, () => random.normal())) as [number[], number[]];
    pair.forEach((samples, which) => {
      samples.forEach((sample, index) => {
        frames[2 * index + which] = sample;
      });
    });
    compute();
    expect(bands).toHaveLength(size + 2);
    bands.forEach((power, index) => void expect(power).toBeCloseTo(powerOf(pair[index % 2]!, index >> 1), 8));
  }
});

test('sums the power under filters', () => {
  const filters = { count: 2, ranges: Int32Array.of(1, 3, 4, 1), weights: Float64Array.of(0.5, 1, 2, 3) };
  const [plain, filtered] = [spectrumPair(8), spectrumPair(8, { filters })];
  const random = randomStream('filters');
  plain.frames.forEach((_, index) => {
    filtered.frames[index] = plain.frames[index] = random.normal();
  });
  plain.compute();
  filtered.compute();
  for (const which of [0, 1]) {
    const power = (bin: number) => plain.bands[2 * bin + which]!;
    expect(filtered.bands[which]).toBeCloseTo(0.5 * power(1) + power(2) + 2 * power(3), 10);
    expect(filtered.bands[2 + which]).toBeCloseTo(3 * power(4), 10);
  }
});

test('takes logarithms', () => {
  const [plain, logarithmic] = [spectrumPair(8), spectrumPair(8, { logarithm: { floor: 1e-3, offset: 1e-5 } })];
  for (let exponent = -300; exponent <= 300; exponent += 7) {
    plain.frames.forEach((_, index) => {
      logarithmic.frames[index] = plain.frames[index] = index < 2 ? (index + 1) * 10 ** (exponent / 4) : 0;
    });
    plain.compute();
    logarithmic.compute();
    plain.bands.forEach((power, index) => void expect(logarithmic.bands[index]).toBeCloseTo(Math.log(Math.max(power, 1e-3) + 1e-5), 9));
  }
  logarithmic.frames[0] = Number.NaN;
  logarithmic.compute();
  expect(logarithmic.bands[0]).toBeNaN();
});

test('refuses sizes with other factors than 2 and 5', () => {
  expect(() => spectrumPair(14)).toThrow('factor 7');
});
