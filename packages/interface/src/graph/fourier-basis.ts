/** Cosines, then sines, of each frequency from 0 to half of `size`, (samples, 2 * (size / 2 + 1)); sample by sample. */
export function fourierBasis(samples: number, size: number): Float64Array {
  const bins = size / 2 + 1;
  const basis = new Float64Array(samples * 2 * bins);
  for (let sample = 0; sample < samples; sample++) {
    for (let bin = 0; bin < bins; bin++) {
      // whole turns are taken off first, so that angles keep their digits
      const angle = (2 * Math.PI * ((sample * bin) % size)) / size;
      basis[sample * 2 * bins + bin] = Math.cos(angle);
      basis[sample * 2 * bins + bins + bin] = Math.sin(angle);
    }
  }
  return basis;
}
