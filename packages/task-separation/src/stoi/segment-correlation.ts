/** Magnitudes of bands over time, band by band: (bands * frames). */
export interface Bands {
  readonly values: Float64Array;
  readonly bands: number;
  readonly frames: number;
}

const tiny = 2 ** -52;
/** up to which a band of the estimate may be louder than that of the reference, for -15 dB */
const loudest = 1 + 10 ** (15 / 20);

/** Correlation of the two in each band over `count` frames, the estimate as loud as the reference and clipped: the mean over the bands (STOI). */
export function correlationOfBands(reference: Bands, estimate: Bands, first: number, count: number): number {
  const clipped = new Float64Array(count);
  let sum = 0;
  for (let band = 0; band < reference.bands; band++) {
    const from = band * reference.frames + first;
    const x = reference.values.subarray(from, from + count);
    const y = estimate.values.subarray(from, from + count);
    const scale = Math.sqrt(product(x, x)) / (Math.sqrt(product(y, y)) + tiny);
    for (let frame = 0; frame < count; frame++) clipped[frame] = Math.min(y[frame]! * scale, x[frame]! * loudest);
    const [meanOfX, meanOfY] = [meanOf(x), meanOf(clipped)];
    let [both, ofX, ofY] = [0, 0, 0];
    for (let frame = 0; frame < count; frame++) {
      const [a, b] = [x[frame]! - meanOfX, clipped[frame]! - meanOfY];
      both += a * b;
      ofX += a * a;
      ofY += b * b;
    }
    sum += both / ((Math.sqrt(ofX) + tiny) * (Math.sqrt(ofY) + tiny));
  }
  return sum / reference.bands;
}

/** Correlation of the spectra of `count` frames, each band without its mean and of length 1: the mean over the frames (ESTOI). */
export function correlationOfFrames(reference: Bands, estimate: Bands, first: number, count: number): number {
  return product(normalized(reference, first, count), normalized(estimate, first, count)) / count;
}

/** Frame by frame, each without its mean and of length 1, after the same of each band. */
function normalized({ values, bands, frames }: Bands, first: number, count: number): Float64Array {
  const spectra = new Float64Array(count * bands);
  for (let band = 0; band < bands; band++) {
    const from = band * frames + first;
    const row = values.slice(from, from + count);
    normalize(row);
    for (let frame = 0; frame < count; frame++) spectra[frame * bands + band] = row[frame]!;
  }
  for (let frame = 0; frame < count; frame++) normalize(spectra.subarray(frame * bands, (frame + 1) * bands));
  return spectra;
}

/** In place. What is constant has no direction and becomes 0; pystoi draws one at random. */
function normalize(values: Float64Array): void {
  const mean = meanOf(values);
  for (let index = 0; index < values.length; index++) values[index]! -= mean;
  const length = Math.sqrt(product(values, values));
  if (length > 0) for (let index = 0; index < values.length; index++) values[index]! /= length;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}
