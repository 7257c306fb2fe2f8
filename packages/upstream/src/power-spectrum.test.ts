import { randomStream } from '@s3/interface';
import { expect, test } from 'vitest';
import { powerSpectrum } from './power-spectrum.ts';

test.each([4, 8, 10, 16, 20, 50, 400, 512])('equals the discrete Fourier transform of %i samples', (size) => {
  const { frame, power, bins, compute } = powerSpectrum(size);
  const random = randomStream('power spectrum', size);
  for (let round = 0; round < 2; round++) {
    for (let sample = 0; sample < size; sample++) frame[sample] = random.normal();
    compute();
    expect(bins).toBe(size / 2 + 1);
    for (let bin = 0; bin < bins; bin++) {
      let [real, imaginary] = [0, 0];
      for (let sample = 0; sample < size; sample++) {
        real += frame[sample]! * Math.cos((2 * Math.PI * bin * sample) / size);
        imaginary += frame[sample]! * Math.sin((2 * Math.PI * bin * sample) / size);
      }
      expect(power[bin]).toBeCloseTo(real ** 2 + imaginary ** 2, 8);
    }
  }
});

test('refuses sizes with other factors than 2 and 5', () => {
  expect(() => powerSpectrum(14)).toThrow('factor 7');
});
