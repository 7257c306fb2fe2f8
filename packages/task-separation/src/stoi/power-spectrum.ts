const size = 512;

const turns = Array.from({ length: size / 2 }, (_, index) => (-2 * Math.PI * index) / size);
const cosines = Float64Array.from(turns, Math.cos);
const sines = Float64Array.from(turns, Math.sin);
const reversed = Int32Array.from({ length: size }, (_, index) =>
  Number.parseInt([...index.toString(2).padStart(9, '0')].reverse().join(''), 2),
);
const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];

/**
 * Squared magnitudes of the 257 frequencies of up to 512 samples, zeros behind them, in double precision.
 *
 * @param power (257,) is filled
 */
export function powerSpectrum(samples: Float64Array, power: Float64Array): void {
  real.fill(0);
  imaginary.fill(0);
  for (let index = 0; index < samples.length; index++) real[reversed[index]!] = samples[index]!;
  for (let half = 1; half < size; half *= 2) {
    const every = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let index = 0; index < half; index++) {
        const cosine = cosines[index * every]!;
        const sine = sines[index * every]!;
        const low = start + index;
        const high = low + half;
        const x = real[high]! * cosine - imaginary[high]! * sine;
        const y = real[high]! * sine + imaginary[high]! * cosine;
        real[high] = real[low]! - x;
        imaginary[high] = imaginary[low]! - y;
        real[low]! += x;
        imaginary[low]! += y;
      }
    }
  }
  for (let bin = 0; bin <= size / 2; bin++) power[bin] = real[bin]! ** 2 + imaginary[bin]! ** 2;
}
