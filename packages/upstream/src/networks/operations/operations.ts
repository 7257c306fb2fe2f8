import type { Weight } from '../weight-names.ts';
import type { AttentionOperations } from './attention-operations.ts';
import type { PatchOperations } from './patch-operations.ts';
import type { PictureOperations } from './picture-operations.ts';
import type { SpectrogramOperations } from './spectrogram-operations.ts';
import type { StepOperations } from './step-operations.ts';
import type { Wav2vecOperations } from './wav2vec-operations.ts';

/** A convolution's weight as magnitude and direction: direction * magnitude / (length of the direction at each tap). */
export interface NormedWeight {
  /** (1, 1, taps) */
  readonly magnitude: Weight;
  /** (outputs, inputs / groups, taps) */
  readonly direction: Weight;
}

export interface Convolution {
  /** (outputs, inputs / groups, taps) */
  readonly weight: Weight | NormedWeight;
  /** (outputs,) */
  readonly bias?: Weight | undefined;
  readonly stride?: number;
  /** zeros before and after the steps */
  readonly padding?: readonly [before: number, after: number];
  readonly groups?: number;
  /** taps that count as 0, whatever their weights */
  readonly hiddenTaps?: { readonly from: number; readonly to: number };
}

export interface Affine {
  /** (outputs, inputs) */
  readonly weight: Weight;
  /** (outputs,); none adds 0 */
  readonly bias?: Weight;
}

/** A batch norm with the statistics of its training; each (features,). */
export interface BatchNorm {
  readonly weight: Weight;
  readonly bias: Weight;
  readonly mean: Weight;
  readonly variance: Weight;
  readonly epsilon: number;
}

export interface Normalization {
  /** (features,); none multiplies by 1 */
  readonly weight?: Weight;
  /** (features,); none adds 0 */
  readonly bias?: Weight;
  readonly epsilon: number;
}

/**
 * What the networks are made of.
 *
 * A network is written once over these operations and runs wherever they are given a
 * meaning: on tensors, with gradients, or as nodes of a graph for another engine.
 * `T` is a tensor there: (batch, steps, features) unless said otherwise.
 */
export interface Operations<T>
  extends StepOperations<T>,
    AttentionOperations<T>,
    SpectrogramOperations<T>,
    PatchOperations<T>,
    PictureOperations<T>,
    Wav2vecOperations<T> {
  /** (batch, steps) to (batch, steps, 1) */
  readonly asFeature: (x: T) => T;
  /** correlation over the steps, as PyTorch's `conv1d` */
  readonly convolution: (x: T, convolution: Convolution) => T;
  /** x weight^T + bias over the last axis, any rank */
  readonly affine: (x: T, affine: Affine) => T;
  /** mean 0 and variance 1 over the features of each step */
  readonly layerNorm: (x: T, normalization: Normalization) => T;
  /** mean 0 and variance 1 over the steps of each feature, padding included (a group norm of groups of one) */
  readonly stepNorm: (x: T, normalization: Normalization) => T;
  /** mean 0 and variance 1 over the steps and features of each group of features, padding included */
  readonly groupNorm: (x: T, normalization: Normalization & { readonly groups: number }) => T;
  /** each feature by the mean and variance that it had in training */
  readonly batchNorm: (x: T, normalization: BatchNorm) => T;
  /** x * (probability that a standard normal is under x), exactly */
  readonly gelu: (x: T) => T;
  readonly relu: (x: T) => T;
  readonly sigmoid: (x: T) => T;
  readonly tanh: (x: T) => T;
  /** sums and products broadcast as usual */
  readonly add: (x: T, y: T | number) => T;
  readonly multiply: (x: T, y: T | Weight | number) => T;
  /** the values of a weight, in their order, added to the features of each step */
  readonly addFeatures: (x: T, weight: Weight) => T;
  /** the features of each step times the values of a weight, in their order */
  readonly multiplyFeatures: (x: T, weight: Weight) => T;
  /** the first half of the features of each step, times the sigmoid of the second; so many are left */
  readonly gated: (x: T, features: number) => T;
  /** features of the same steps, side by side */
  readonly joined: (parts: readonly T[]) => T;
  /** in training zeroes values at this rate and scales the others up; otherwise the identity */
  readonly dropout: (x: T, rate: number) => T;
  /** whether the next layer is run; in training a layer may be left out by chance */
  readonly keepsLayer: () => boolean;
  /**
   * What the block makes of x with the weights under a prefix.
   *
   * Where neither they nor anything before them is trained, no gradient passes, and nothing is kept for one.
   */
  readonly stage: (x: T, prefix: string, block: (x: T) => T) => T;
  /** Frees what the block makes beside what it returns, where that can be freed. */
  readonly scoped: <R extends T | readonly T[]>(block: () => R) => R;
}
