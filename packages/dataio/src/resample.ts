/** The part of an interpolation kernel that is not zero, for one output phase. */
interface Taps {
  /** of the first tap, relative to the block's first input sample */
  readonly offset: number;
  readonly weights: Float32Array;
}

interface Kernel {
  /** input samples for each block of output samples */
  readonly inputBlock: number;
  /** output samples in a block, one for each phase */
  readonly outputBlock: number;
  /** input samples that an output sample reaches back and forward */
  readonly reach: number;
  readonly phases: readonly Taps[];
}

const lowpassFilterWidth = 6;
const rolloff = 0.99;
const kernels = new Map<string, Kernel>();

/**
 * Another sample rate by band-limited interpolation: a sinc under a Hann window of 6 zero crossings, cut off at 0.99 of
 * the lower Nyquist frequency. Equal to `torchaudio.functional.resample` with its defaults.
 *
 * Smith, "Digital Audio Resampling Home Page", 2002.
 *
 * @param samples (samples,)
 * @param fromRate Hz, a whole number
 * @param toRate Hz, a whole number
 * @returns ceil(samples * toRate / fromRate) samples; the input itself where the rates are equal
 */
export function resample(samples: Float32Array<ArrayBuffer>, fromRate: number, toRate: number): Float32Array<ArrayBuffer> {
  if (fromRate === toRate) return samples;
  const { inputBlock, outputBlock, phases } = kernelOf(fromRate, toRate);
  const output = new Float32Array(resampledLength(samples.length, fromRate, toRate));
  for (let phase = 0; phase < Math.min(outputBlock, output.length); phase++) {
    const { offset, weights } = phases[phase]!;
    const taps = weights.length;
    for (let index = phase, first = offset; index < output.length; index += outputBlock, first += inputBlock) {
      const begin = first < 0 ? -first : 0;
      const end = first + taps > samples.length ? samples.length - first : taps;
      let sum = 0;
      for (let tap = begin; tap < end; tap++) sum += samples[first + tap]! * weights[tap]!;
      output[index] = sum;
    }
  }
  return output;
}

/** Samples that `resample` makes out of so many. */
export function resampledLength(samples: number, fromRate: number, toRate: number): number {
  if (fromRate === toRate) return samples;
  const divisor = greatestCommonDivisor(fromRate, toRate);
  return Math.ceil((samples * (toRate / divisor)) / (fromRate / divisor));
}

/**
 * Which input samples make the output samples `first` to `end`, so that a part can be resampled as it would be in the whole.
 *
 * @returns input samples `first` to `end` (not yet limited to the recording's end), and how many output samples of theirs to `skip`
 */
export function resampleRange(first: number, end: number, fromRate: number, toRate: number): { first: number; end: number; skip: number } {
  if (fromRate === toRate) return { first, end, skip: 0 };
  const { inputBlock, outputBlock, reach } = kernelOf(fromRate, toRate);
  // Whole blocks keep the phases where they are in the whole recording.
  const block = Math.max(0, Math.floor(first / outputBlock) - Math.ceil(reach / inputBlock));
  return {
    first: block * inputBlock,
    end: Math.ceil(end / outputBlock) * inputBlock + reach,
    skip: first - block * outputBlock,
  };
}

function kernelOf(fromRate: number, toRate: number): Kernel {
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const key = `${fromRate / divisor}:${toRate / divisor}`;
  let kernel = kernels.get(key);
  if (!kernel) {
    kernel = makeKernel(fromRate / divisor, toRate / divisor);
    kernels.set(key, kernel);
  }
  return kernel;
}

/** Times and angles are rounded to single precision, since torchaudio computes its kernel in the waveform's type. */
function makeKernel(inputBlock: number, outputBlock: number): Kernel {
  const round = Math.fround;
  const cutoff = Math.min(inputBlock, outputBlock) * rolloff;
  const reach = Math.ceil((lowpassFilterWidth * inputBlock) / cutoff);
  const phases = Array.from({ length: outputBlock }, (_, phase): Taps => {
    const weights: number[] = [];
    let offset = 0;
    for (let index = -reach; index < reach + inputBlock; index++) {
      const time = round(round(round(-phase / outputBlock) + round(index / inputBlock)) * cutoff);
      if (Math.abs(time) >= lowpassFilterWidth) continue;
      if (weights.length === 0) offset = index;
      const window = Math.cos((time * Math.PI) / lowpassFilterWidth / 2) ** 2;
      const angle = round(time * Math.PI);
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      weights.push((sinc * window * cutoff) / inputBlock);
    }
    return { offset, weights: Float32Array.from(weights) };
  });
  return { inputBlock, outputBlock, reach, phases };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
