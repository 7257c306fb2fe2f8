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
  const kernel = kernelOf(fromRate, toRate);
  const output = new Float32Array(resampledLength(samples.length, fromRate, toRate));
  for (let phase = 0; phase < Math.min(kernel.outputBlock, output.length); phase++) fillPhase(output, samples, kernel, phase);
  return output;
}

/** Output samples of one phase, one in each block: four blocks at a time, so that four sums are under way and each weight is read once. */
function fillPhase(output: Float32Array, samples: Float32Array, { inputBlock, outputBlock, phases }: Kernel, phase: number): void {
  const { offset, weights } = phases[phase]!;
  const taps = weights.length;
  let index = phase;
  let first = offset;
  const fillOne = (): void => {
    output[index] = sumAtEdge(samples, weights, first);
    index += outputBlock;
    first += inputBlock;
  };
  while (first < 0 && index < output.length) fillOne();
  for (; first + 3 * inputBlock + taps <= samples.length; index += 4 * outputBlock, first += 4 * inputBlock) {
    const [second, third, fourth] = [first + inputBlock, first + 2 * inputBlock, first + 3 * inputBlock];
    let [sum1, sum2, sum3, sum4] = [0, 0, 0, 0];
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[tap]!;
      sum1 += samples[first + tap]! * weight;
      sum2 += samples[second + tap]! * weight;
      sum3 += samples[third + tap]! * weight;
      sum4 += samples[fourth + tap]! * weight;
    }
    output[index] = sum1;
    output[index + outputBlock] = sum2;
    output[index + 2 * outputBlock] = sum3;
    output[index + 3 * outputBlock] = sum4;
  }
  while (index < output.length) fillOne();
}

/** A weighted sum of samples, some of which may lie before or behind the recording. */
function sumAtEdge(samples: Float32Array, weights: Float32Array, first: number): number {
  const end = Math.min(weights.length, samples.length - first);
  let sum = 0;
  for (let tap = Math.max(0, -first); tap < end; tap++) sum += samples[first + tap]! * weights[tap]!;
  return sum;
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
