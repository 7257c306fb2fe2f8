import { wasmBase64 } from '../assembly/resample.ts';

interface Kernel {
  /** input samples for each block of output samples */
  readonly inputBlock: number;
  /** output samples in a block, one for each phase */
  readonly outputBlock: number;
  /** input samples that an output sample reaches back and forward */
  readonly reach: number;
  /** blocks that `run` makes at once */
  readonly mostBlocks: number;
  /** the samples of so many blocks, with those that they reach back and forward to: write here */
  readonly input: Float32Array;
  /** (mostBlocks * outputBlock,): read here after `run` */
  readonly output: Float32Array;
  readonly run: (blocks: number) => void;
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
  const { inputBlock, outputBlock, reach, mostBlocks, input, output, run } = kernelOf(fromRate, toRate);
  const resampled = new Float32Array(resampledLength(samples.length, fromRate, toRate));
  for (let at = 0; at < resampled.length; at += mostBlocks * outputBlock) {
    const first = (at / outputBlock) * inputBlock - reach;
    const part = samples.subarray(Math.max(0, first), first + input.length);
    // zeros stand for what lies before and behind the recording
    if (part.length < input.length) input.fill(0);
    input.set(part, Math.max(0, -first));
    const wanted = Math.min(resampled.length - at, output.length);
    run(Math.ceil(wanted / outputBlock));
    resampled.set(output.subarray(0, wanted), at);
  }
  return resampled;
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
  const phases = Array.from({ length: outputBlock }, (_, phase) => {
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
    return { offset: offset + reach, weights };
  });
  const taps = 4 * Math.ceil(Math.max(...phases.map(({ weights }) => weights.length)) / 4);
  const mostBlocks = Math.max(1, Math.floor(samplesAtOnce / inputBlock));

  const module = new WebAssembly.Instance(compiledModule(), {}).exports as ResampleModule;
  const counts = {
    offsets: outputBlock,
    weights: outputBlock * taps,
    input: mostBlocks * inputBlock + 2 * reach + taps,
    output: mostBlocks * outputBlock,
  };
  let end = module.start.value;
  const place = (count: number) => {
    const at = end;
    end += 16 * Math.ceil(count / 4);
    return at;
  };
  const [offsets, weights, input, output] = [place(counts.offsets), place(counts.weights), place(counts.input), place(counts.output)];
  const missing = Math.ceil((end - module.memory.buffer.byteLength) / pageBytes);
  if (missing > 0) module.memory.grow(missing);
  const { buffer } = module.memory;
  new Int32Array(buffer, offsets, counts.offsets).set(phases.map(({ offset }) => offset));
  const table = new Float32Array(buffer, weights, counts.weights);
  phases.forEach((phase, index) => void table.set(phase.weights, index * taps));
  return {
    inputBlock,
    outputBlock,
    reach,
    mostBlocks,
    input: new Float32Array(buffer, input, counts.input),
    output: new Float32Array(buffer, output, counts.output),
    run: (blocks) => module.resample(input, output, blocks, inputBlock, outputBlock, offsets, weights, taps),
  };
}

/** so many that they stay in the processor's cache */
const samplesAtOnce = 16_384;
const pageBytes = 65_536;

// what is used of it; the types of its own come with those of browsers alone
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What assembly/resample.as exports; pointers are numbers. */
interface ResampleModule {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly start: { readonly value: number };
  readonly resample: (
    ...sizesAndPlaces: [
      input: number,
      output: number,
      blocks: number,
      step: number,
      phases: number,
      offsets: number,
      weights: number,
      taps: number,
    ]
  ) => void;
}

let compiled: object | undefined;
function compiledModule(): object {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), (character) => character.charCodeAt(0)));
  return compiled;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
