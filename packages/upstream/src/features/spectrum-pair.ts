import { wasmBase64 } from '../assembly/spectrum.ts';
import type { MelFilters } from './mel-filters.ts';

/**
 * Spectra of two real frames of one size, computed side by side; keeps its memory, so one instance serves one caller at a time.
 *
 * Arrays of pairs hold a value of the first frame, then one of the second.
 */
export interface SpectrumPair {
  /** samples per frame */
  readonly size: number;
  /** the frames to transform, (size, 2): write here, or let `cutKaldi` do so */
  readonly frames: Float64Array;
  /** (bands, 2): read here after `compute` */
  readonly bands: Float64Array;
  readonly compute: () => void;
  /**
   * Frames as Kaldi has them: mean taken off, pre-emphasis, window, zeros up to `size`; gives their energies before pre-emphasis.
   *
   * @param start first sample of the first frame; the second lies `shift` samples behind it, or beyond the end and is then of no use
   */
  readonly cutKaldi: (waveform: Float32Array, start: number) => readonly [first: number, second: number];
}

interface SpectrumPlan {
  /** sums under these are the bands; without them the power, |DFT|^2, of size / 2 + 1 frequencies, 0 Hz to half the sample rate, is */
  readonly filters?: MelFilters | undefined;
  /** bands are natural logarithms: of each one plus `offset`, or of `floor` where that is larger */
  readonly logarithm?: { readonly floor?: number; readonly offset?: number };
  /** for `cutKaldi`: the window, its length a multiple of 4 and at most `size`, and samples from one frame to the next */
  readonly kaldi?: { readonly window: Float32Array; readonly shift: number };
}

// what is used of it; the types of its own come with those of browsers alone
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What assembly/spectrum.as exports; pointers are numbers. */
interface SpectrumModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly allocate: (bytes: number) => number;
  readonly radix2: Stage;
  readonly radix4: Stage;
  readonly radix5: Stage;
  readonly unfold: (transformed: number, power: number, half: number, turns: number) => void;
  readonly kaldiFrames: (first: number, second: number, window: number, count: number, frames: number, energies: number) => void;
  readonly logarithms: (pairs: number, count: number, floor: number, offset: number) => void;
  readonly filter: (power: number, count: number, ranges: number, weights: number, energies: number) => void;
}
type Stage = (input: number, output: number, groups: number, stride: number, factors: number) => void;

let compiled: object | undefined;
const pairBytes = 16;

/**
 * Plans the spectra of frames of `size` samples.
 *
 * A frame is read as size / 2 complex numbers, transformed by a Stockham FFT of radix 4, 2 and 5, and unfolded; in WebAssembly,
 * whose vectors hold a value of each of the two frames, and in double precision, so that quiet frequencies beside
 * loud ones keep their digits.
 *
 * @param size samples per frame, twice a product of twos and fives (400, 512)
 */
export function spectrumPair(size: number, { filters, logarithm, kaldi }: SpectrumPlan = {}): SpectrumPair {
  const half = size / 2;
  const factors = radices(half);
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), (character) => character.charCodeAt(0)));
  const abort = () => {
    throw new RangeError('spectrumPair: out of memory');
  };
  const module = new WebAssembly.Instance(compiled, { env: { abort } }).exports as unknown as SpectrumModule;

  const write = <Values extends Float32Array | Float64Array | Int32Array>(values: Values): number => {
    const at = module.allocate(values.byteLength);
    const kind = values.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Values;
    new kind(module.memory.buffer, at, values.length).set(values);
    return at;
  };
  let stride = 1;
  const stages = factors.map((radix) => {
    const groups = half / stride / radix;
    const stage = { run: module[`radix${radix}`], groups, stride, factors: write(stageFactors(radix, groups)) };
    stride *= radix;
    return stage;
  });
  const turns = write(turnsOf(Array.from({ length: half + 1 }, (_, bin) => (2 * Math.PI * bin) / size)));
  const [frames, first, second] = [0, 0, 0].map(() => module.allocate(size * pairBytes)) as [number, number, number];
  const power = module.allocate((half + 1) * pairBytes);
  const bank = filters && {
    ranges: write(filters.ranges),
    weights: write(filters.weights),
    sums: module.allocate(filters.count * pairBytes),
  };
  const cut = kaldi && {
    window: write(kaldi.window),
    samples: module.allocate((kaldi.window.length + kaldi.shift) * 4),
    energies: module.allocate(pairBytes),
  };
  // memory may have moved while it grew, so views come last
  const { buffer } = module.memory;
  const samples = cut && new Float32Array(buffer, cut.samples, kaldi.window.length + kaldi.shift);
  const energies = cut && new Float64Array(buffer, cut.energies, 2);

  const [bands, count] = bank ? [bank.sums, filters.count] : [power, half + 1];
  return {
    size,
    frames: new Float64Array(buffer, frames, size * 2),
    bands: new Float64Array(buffer, bands, count * 2),
    compute() {
      let input = frames;
      let output = first;
      for (const stage of stages) {
        stage.run(input, output, stage.groups, stage.stride, stage.factors);
        input = output;
        output = input === first ? second : first;
      }
      module.unfold(input, power, half, turns);
      if (bank) module.filter(power, filters.count, bank.ranges, bank.weights, bank.sums);
      if (logarithm) module.logarithms(bands, count, logarithm.floor ?? 0, logarithm.offset ?? 0);
    },
    cutKaldi(waveform, start) {
      samples!.set(waveform.subarray(start, start + samples!.length));
      module.kaldiFrames(cut!.samples, cut!.samples + kaldi!.shift * 4, cut!.window, kaldi!.window.length, frames, cut!.energies);
      return [energies![0]!, energies![1]!];
    },
  };
}

/** The factors of a transform, stage by stage. */
function radices(size: number): (2 | 4 | 5)[] {
  if (size === 1) return [];
  const radix = size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 5;
  if (size % radix !== 0)
    throw new RangeError(`spectrumPair: half of the frame size has the factor ${size}; only twos and fives are planned for`);
  return [radix, ...radices(size / radix)];
}

/** (groups, radix - 1) powers of the stage's root of unity. */
function stageFactors(radix: number, groups: number): Float64Array {
  return turnsOf(
    Array.from({ length: groups * (radix - 1) }, (_, index) => {
      const [group, power] = [Math.floor(index / (radix - 1)), (index % (radix - 1)) + 1];
      return (-2 * Math.PI * group * power) / (radix * groups);
    }),
  );
}

/** Cosine and sine of each angle. */
function turnsOf(angles: readonly number[]): Float64Array {
  return Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
}
