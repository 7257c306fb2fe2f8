/**
 * The whole convolution of two signals, by fast Fourier transform.
 *
 * @returns (first + second - 1 samples,)
 */
export function convolve(first: Float32Array, second: Float32Array): Float32Array<ArrayBuffer> {
  const length = first.length + second.length - 1;
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, length)));
  // one transform for both: the first is the real part, the second the imaginary one
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  real.set(first);
  imaginary.set(second);
  transform(real, imaginary);
  const productReal = new Float64Array(size);
  const productImaginary = new Float64Array(size);
  for (let bin = 0; bin < size; bin++) {
    const mirror = (size - bin) % size;
    const [a, b, c, d] = [real[bin]!, imaginary[bin]!, real[mirror]!, imaginary[mirror]!];
    // spectra of the two by symmetry: ((a + c) + i (b - d)) / 2 and ((b + d) - i (a - c)) / 2
    productReal[bin] = ((a + c) * (b + d) + (b - d) * (a - c)) / 4;
    productImaginary[bin] = ((b - d) * (b + d) - (a + c) * (a - c)) / 4;
  }
  // the inverse transform is the transform with real and imaginary part exchanged, divided by the size
  transform(productImaginary, productReal);
  return Float32Array.from(productReal.subarray(0, length), (value) => value / size);
}

/** Discrete Fourier transform in place, of a size that is a power of two (Cooley and Tukey, 1965). */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let index = 1, reversed = 0; index < size; index++) {
    let bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (index >= reversed) continue;
    [real[index], real[reversed]] = [real[reversed]!, real[index]!];
    [imaginary[index], imaginary[reversed]] = [imaginary[reversed]!, imaginary[index]!];
  }
  const cosines = Float64Array.from({ length: size / 2 }, (_, turn) => Math.cos((2 * Math.PI * turn) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, turn) => -Math.sin((2 * Math.PI * turn) / size));
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let offset = 0; offset < half; offset++) {
        const [upper, lower] = [start + offset, start + offset + half];
        const [cosine, sine] = [cosines[offset * stride]!, sines[offset * stride]!];
        const turnedReal = real[lower]! * cosine - imaginary[lower]! * sine;
        const turnedImaginary = real[lower]! * sine + imaginary[lower]! * cosine;
        real[lower] = real[upper]! - turnedReal;
        imaginary[lower] = imaginary[upper]! - turnedImaginary;
        real[upper] = real[upper]! + turnedReal;
        imaginary[upper] = imaginary[upper]! + turnedImaginary;
      }
    }
  }
}
