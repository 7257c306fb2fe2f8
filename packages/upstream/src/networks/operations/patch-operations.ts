import type { Weight } from '../weight-names.ts';

/** What networks of pictures of sound are made of, which hear so many samples at once. */
export interface PatchOperations<T> {
  /** waveforms (batch, samples) cut into segments of so many samples, (batch * segments, size) */
  readonly segments: (waveforms: T, size: number) => T;
  /**
   * What became of each segment, (batch * segments, steps, features), one behind the other: (batch, segments * steps, features).
   *
   * @param waveforms that were cut
   */
  readonly joinSegments: (x: T, waveforms: T, options: { readonly size: number; readonly features: number }) => T;
  /** so many steps of zeros behind the others */
  readonly silentSteps: (x: T, count: number) => T;
  /** patches of a spectrogram (batch, steps, bins) as features, all of the lowest bins first: (batch, patches, features) */
  readonly patches: (x: T, patches: Patches) => T;
  /** the values of weights (1, 1, features), the same for each row, as steps before the others */
  readonly prepend: (x: T, weights: readonly Weight[]) => T;
  /**
   * Steps of so many rows, one row behind the other: each step of all rows together, (batch, steps, rows * features).
   *
   * @param options.skipped steps before the first row, which are left out
   */
  readonly besideOneAnother: (x: T, options: { readonly skipped: number; readonly rows: number; readonly features: number }) => T;
}

export interface Patches {
  /** (features, 1, bins, steps) of a patch */
  readonly weight: Weight;
  /** (features,) */
  readonly bias: Weight;
  /** patches above one another */
  readonly rows: number;
  /** from one patch to the next */
  readonly stride: readonly [bins: number, steps: number];
}
