/** |DFT|^2 of real frames of one size; keeps its scratch memory, so one instance serves one caller at a time. */
export interface PowerSpectrum {
  /** samples per frame */
  readonly size: number;
  /** size / 2 + 1 frequencies, 0 Hz to half the sample rate */
  readonly bins: number;
  /** the frame to transform, (size,): write here */
  readonly frame: Float64Array;
  /** (bins,): read here after `compute` */
  readonly power: Float64Array;
  readonly compute: () => void;
}

/**
 * Plans the power spectrum of real frames.
 *
 * The frame is read as size / 2 complex numbers, transformed by a Stockham FFT of radix 4,
 * 2 and 5, and unfolded. In double precision, so that quiet frequencies beside loud ones
 * keep their digits.
 *
 * @param size samples per frame, twice a product of twos and fives (400, 512)
 */
export function powerSpectrum(size: number): PowerSpectrum {
  const half = size / 2;
  const bins = half + 1;
  const stages = fftStages(half);
  const frame = new Float64Array(size);
  const power = new Float64Array(bins);
  const buffers = [0, 1].map(() => ({ real: new Float64Array(half), imaginary: new Float64Array(half) })) as [Complex, Complex];
  const cosines = Float64Array.from({ length: bins }, (_, bin) => Math.cos((2 * Math.PI * bin) / size));
  const sines = Float64Array.from({ length: bins }, (_, bin) => Math.sin((2 * Math.PI * bin) / size));

  function compute(): void {
    let [input, output] = buffers;
    for (let index = 0; index < half; index++) {
      input.real[index] = frame[2 * index]!;
      input.imaginary[index] = frame[2 * index + 1]!;
    }
    for (const stage of stages) {
      butterflies[stage.radix](input, output, stage);
      [input, output] = [output, input];
    }
    const { real, imaginary } = input;
    power[0] = (real[0]! + imaginary[0]!) ** 2;
    power[half] = (real[0]! - imaginary[0]!) ** 2;
    for (let low = 1, high = half - 1; low <= high; low++, high--) {
      // even and odd samples' spectra, from the halves that mirror each other
      const evenReal = 0.5 * (real[low]! + real[high]!);
      const evenImaginary = 0.5 * (imaginary[low]! - imaginary[high]!);
      const oddReal = 0.5 * (imaginary[low]! + imaginary[high]!);
      const oddImaginary = 0.5 * (real[high]! - real[low]!);
      const turnedReal = oddReal * cosines[low]! + oddImaginary * sines[low]!;
      const turnedImaginary = oddImaginary * cosines[low]! - oddReal * sines[low]!;
      const sumReal = evenReal + turnedReal;
      const sumImaginary = evenImaginary + turnedImaginary;
      const differenceReal = evenReal - turnedReal;
      const differenceImaginary = evenImaginary - turnedImaginary;
      power[low] = sumReal * sumReal + sumImaginary * sumImaginary;
      power[high] = differenceReal * differenceReal + differenceImaginary * differenceImaginary;
    }
  }

  return { size, bins, frame, power, compute };
}

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** One pass of the Stockham FFT: transforms of `radix * groups` points, `stride` of them interleaved. */
interface Stage {
  readonly radix: 2 | 4 | 5;
  readonly groups: number;
  readonly stride: number;
  /** (groups, radix - 1) powers of the stage's root of unity */
  readonly twiddles: Complex;
}

function fftStages(size: number): Stage[] {
  const stages: Stage[] = [];
  for (let rest = size, stride = 1; rest > 1; ) {
    const radix = rest % 4 === 0 ? 4 : rest % 2 === 0 ? 2 : 5;
    if (rest % radix !== 0)
      throw new RangeError(`powerSpectrum: half of the frame size has the factor ${rest}; only twos and fives are planned for`);
    const groups = rest / radix;
    const angles = Array.from({ length: groups * (radix - 1) }, (_, index) => {
      const [group, power] = [Math.floor(index / (radix - 1)), (index % (radix - 1)) + 1];
      return (-2 * Math.PI * group * power) / rest;
    });
    const twiddles = { real: Float64Array.from(angles, Math.cos), imaginary: Float64Array.from(angles, Math.sin) };
    stages.push({ radix, groups, stride, twiddles });
    rest = groups;
    stride *= radix;
  }
  return stages;
}

const butterflies: { readonly [radix in Stage['radix']]: (input: Complex, output: Complex, stage: Stage) => void } = {
  2: radix2,
  4: radix4,
  5: radix5,
};

function radix2({ real: xr, imaginary: xi }: Complex, { real: yr, imaginary: yi }: Complex, { groups, stride, twiddles }: Stage): void {
  const step = groups * stride;
  for (let group = 0; group < groups; group++) {
    const wr = twiddles.real[group]!;
    const wi = twiddles.imaginary[group]!;
    for (let offset = 0; offset < stride; offset++) {
      const from = group * stride + offset;
      const to = 2 * group * stride + offset;
      const dr = xr[from]! - xr[from + step]!;
      const di = xi[from]! - xi[from + step]!;
      yr[to] = xr[from]! + xr[from + step]!;
      yi[to] = xi[from]! + xi[from + step]!;
      yr[to + stride] = dr * wr - di * wi;
      yi[to + stride] = dr * wi + di * wr;
    }
  }
}

function radix4({ real: xr, imaginary: xi }: Complex, { real: yr, imaginary: yi }: Complex, { groups, stride, twiddles }: Stage): void {
  const step = groups * stride;
  for (let group = 0; group < groups; group++) {
    const w1r = twiddles.real[3 * group]!;
    const w1i = twiddles.imaginary[3 * group]!;
    const w2r = twiddles.real[3 * group + 1]!;
    const w2i = twiddles.imaginary[3 * group + 1]!;
    const w3r = twiddles.real[3 * group + 2]!;
    const w3i = twiddles.imaginary[3 * group + 2]!;
    for (let offset = 0; offset < stride; offset++) {
      const from = group * stride + offset;
      const to = 4 * group * stride + offset;
      const sr = xr[from]! + xr[from + 2 * step]!;
      const si = xi[from]! + xi[from + 2 * step]!;
      const dr = xr[from]! - xr[from + 2 * step]!;
      const di = xi[from]! - xi[from + 2 * step]!;
      const tr = xr[from + step]! + xr[from + 3 * step]!;
      const ti = xi[from + step]! + xi[from + 3 * step]!;
      const er = xr[from + step]! - xr[from + 3 * step]!;
      const ei = xi[from + step]! - xi[from + 3 * step]!;
      yr[to] = sr + tr;
      yi[to] = si + ti;
      yr[to + stride] = (dr + ei) * w1r - (di - er) * w1i;
      yi[to + stride] = (dr + ei) * w1i + (di - er) * w1r;
      yr[to + 2 * stride] = (sr - tr) * w2r - (si - ti) * w2i;
      yi[to + 2 * stride] = (sr - tr) * w2i + (si - ti) * w2r;
      yr[to + 3 * stride] = (dr - ei) * w3r - (di + er) * w3i;
      yi[to + 3 * stride] = (dr - ei) * w3i + (di + er) * w3r;
    }
  }
}

const cos1 = Math.cos((2 * Math.PI) / 5);
const cos2 = Math.cos((4 * Math.PI) / 5);
const sin1 = Math.sin((2 * Math.PI) / 5);
const sin2 = Math.sin((4 * Math.PI) / 5);

function radix5({ real: xr, imaginary: xi }: Complex, { real: yr, imaginary: yi }: Complex, { groups, stride, twiddles }: Stage): void {
  const step = groups * stride;
  for (let group = 0; group < groups; group++) {
    for (let offset = 0; offset < stride; offset++) {
      const from = group * stride + offset;
      const to = 5 * group * stride + offset;
      const zr = xr[from]!;
      const zi = xi[from]!;
      const s1r = xr[from + step]! + xr[from + 4 * step]!;
      const s1i = xi[from + step]! + xi[from + 4 * step]!;
      const d1r = xr[from + step]! - xr[from + 4 * step]!;
      const d1i = xi[from + step]! - xi[from + 4 * step]!;
      const s2r = xr[from + 2 * step]! + xr[from + 3 * step]!;
      const s2i = xi[from + 2 * step]! + xi[from + 3 * step]!;
      const d2r = xr[from + 2 * step]! - xr[from + 3 * step]!;
      const d2i = xi[from + 2 * step]! - xi[from + 3 * step]!;
      const a1r = zr + cos1 * s1r + cos2 * s2r;
      const a1i = zi + cos1 * s1i + cos2 * s2i;
      const a2r = zr + cos2 * s1r + cos1 * s2r;
      const a2i = zi + cos2 * s1i + cos1 * s2i;
      const b1r = sin1 * d1r + sin2 * d2r;
      const b1i = sin1 * d1i + sin2 * d2i;
      const b2r = sin2 * d1r - sin1 * d2r;
      const b2i = sin2 * d1i - sin1 * d2i;
      yr[to] = zr + s1r + s2r;
      yi[to] = zi + s1i + s2i;
      turn(to + stride, a1r + b1i, a1i - b1r, 4 * group);
      turn(to + 2 * stride, a2r + b2i, a2i - b2r, 4 * group + 1);
      turn(to + 3 * stride, a2r - b2i, a2i + b2r, 4 * group + 2);
      turn(to + 4 * stride, a1r - b1i, a1i + b1r, 4 * group + 3);
    }
  }

  function turn(to: number, real: number, imaginary: number, twiddle: number): void {
    yr[to] = real * twiddles.real[twiddle]! - imaginary * twiddles.imaginary[twiddle]!;
    yi[to] = real * twiddles.imaginary[twiddle]! + imaginary * twiddles.real[twiddle]!;
  }
}
