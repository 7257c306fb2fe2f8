import { wasmBase64 } from './assembly/subsequence-dtw.ts';

/** Finds queries in a document by dynamic time warping. */
export interface SubsequenceDtw {
  /**
   * What the cheapest way of each query through the document costs: the mean distance of the query's frames to those they meet.
   *
   * @param distances (frames of all queries one after another, document frames)
   * @param queryFrames frames of each query
   */
  readonly costs: (distances: Float32Array, queryFrames: readonly number[]) => Float32Array;
}

// what is used of it; the types of its own come with those of browsers alone
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What assembly/subsequence-dtw.as exports; pointers are numbers. */
interface DtwModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly allocate: (bytes: number) => number;
  readonly cost: (
    distances: number,
    queryFrames: number,
    documentFrames: number,
    before: number,
    after: number,
    isNormalized: boolean,
  ) => number;
}

let compiled: object | undefined;
/** numbers that stand before and behind the sums of a row */
const margin = 4;

/** How distances are made before the search. */
export interface DtwOptions {
  /** brings the distances of each frame of the query to 0..1 first, over the frames of the document */
  readonly normalizeDistances: boolean;
}

/**
 * Dynamic time warping of a whole query against any part of a document.
 *
 * Each frame of the query is met once while the document moves on by 0, 1 or 2 frames (`asymmetric` of dtw-python, its ends open), so a query
 * may be spoken at half to any multiple of its pace. In WebAssembly and single precision; the original keeps doubles and all sums.
 *
 * Tormene et al., "Matching incomplete time series with dynamic time warping", 2009.
 */
export function subsequenceDtw({ normalizeDistances }: DtwOptions): SubsequenceDtw {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), (character) => character.charCodeAt(0)));
  const abort = () => {
    throw new RangeError('subsequenceDtw: out of memory');
  };
  const module = new WebAssembly.Instance(compiled, { env: { abort } }).exports as unknown as DtwModule;
  let matrix = { at: 0, length: 0 };
  let sums = { before: 0, after: 0, length: 0 };

  return {
    costs(distances, queryFrames) {
      const frames = distances.length / queryFrames.reduce((total, count) => total + count, 0);
      // what was allocated before is lost, so more than is needed now
      if (distances.length > matrix.length) {
        const length = Math.ceil(distances.length * 1.5);
        matrix = { at: module.allocate((length + margin) * 4), length };
      }
      if (frames > sums.length) {
        const length = frames * 2;
        const [before, after] = [0, 1].map(() => module.allocate((length + 2 * margin) * 4)) as [number, number];
        for (const at of [before, after]) new Float32Array(module.memory.buffer, at, margin).fill(Number.POSITIVE_INFINITY);
        sums = { before: before + margin * 4, after: after + margin * 4, length };
      }
      new Float32Array(module.memory.buffer, matrix.at, distances.length).set(distances);
      let at = matrix.at;
      return Float32Array.from(queryFrames, (count) => {
        const cost = module.cost(at, count, frames, sums.before, sums.after, normalizeDistances);
        at += count * frames * 4;
        return cost;
      });
    },
  };
}
