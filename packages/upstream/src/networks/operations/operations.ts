import type { PatchOperations } from './patch-operations.ts';
import type { PictureOperations } from './picture-operations.ts';
import type { Wav2vecOperations } from './wav2vec-operations.ts';

/** A weight by its name in the checkpoint and its shape there (PyTorch's layouts). */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

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

/** One direction of PyTorch's recurrent layer, its gates in the order there. */
export interface Recurrence {
  readonly kind: 'GRU' | 'LSTM';
  /** (gates * hidden, inputs) */
  readonly inputWeight: Weight;
  /** (gates * hidden, hidden) */
  readonly hiddenWeight: Weight;
  /** (gates * hidden,) */
  readonly inputBias: Weight;
  /** (gates * hidden,) */
  readonly hiddenBias: Weight;
  /** from the last step of each row to its first */
  readonly backwards?: boolean;
}

/** How Kaldi's mel bands are made, in the words of torchaudio. */
export interface KaldiMel {
  readonly bins: number;
  readonly window: 'povey' | 'hamming' | 'hanning';
  /** smallest energy of a band */
  readonly floor: number;
}

/** How a log power spectrogram is made. */
export interface LogSpectrogram {
  /** samples of a frame */
  readonly window: number;
  /** HTK's mel bands, over all frequencies or from one to another (Hz); without them each frequency of the spectrum is a band */
  readonly mel?: { readonly bins: number; readonly lowest?: number; readonly highest?: number } | undefined;
  /** to each band's power before its logarithm */
  readonly added: number;
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
export interface Operations<T> extends Wav2vecOperations<T>, PatchOperations<T>, PictureOperations<T> {
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
  /** the values of a weight (steps, features) added to those of each row */
  readonly addSteps: (x: T, weight: Weight) => T;
  /**
   * Whisper's spectrogram of waveforms (batch, samples), (batch, samples / 160, bins): base 10 logarithms of the power in mel bands, those more
   * than 8 below a row's largest as if they were 8 below it, plus 4, divided by 4.
   */
  readonly logMel: (waveforms: T, bins: number) => T;
  /**
   * Natural logarithms of the power of waveforms (batch, samples), as torchaudio makes them; frames are centered on every 10 ms and the batch is
   * mirrored at its ends, so that there are samples / 160 + 1 of them; (batch, frames, bands).
   */
  readonly logSpectrogram: (waveforms: T, spectrogram: LogSpectrogram) => T;
  /** Kaldi's log mel bands of waveforms (batch, samples), (batch, frames of 10 ms, bins) */
  readonly kaldiMel: (waveforms: T, mel: KaldiMel) => T;
  /**
   * Mean 0 and variance 1 of each feature over the steps where the mask (batch, steps) is 1, 0 elsewhere.
   *
   * @param epsilon added to the variance, or to its root
   */
  readonly normalizeSteps: (x: T, mask: T | undefined, epsilon: { readonly variance: number } | { readonly deviation: number }) => T;
  /** each two steps as one of twice the features; an odd last one is left out */
  readonly pairSteps: (x: T) => T;
  /** every second step of (batch, steps) or (batch, steps, features), from the first on */
  readonly everySecond: (x: T) => T;
  /** features of the same steps, side by side */
  readonly joined: (parts: readonly T[]) => T;
  /** every second step of a mask (batch, steps), from the second on */
  readonly secondSteps: (mask: T) => T;
  /** a recurrent layer from a zero state over the steps where the mask (batch, steps) is 1, which are a row's first; 0 elsewhere */
  readonly recurrence: (x: T, mask: T | undefined, recurrence: Recurrence) => T;
  /**
   * Steps in as few pieces of one length as will do, each a row of its own.
   *
   * @param longest steps of a piece, at most
   * @returns pieces and their mask; what makes of one row for each piece one for each row again
   */
  readonly inPieces: (x: T, mask: T | undefined, longest: number) => Pieces<T>;
  /** Sines and cosines of each step, of the frequencies of Vaswani et al. in turn, (1, steps, size). */
  readonly stepWaves: (like: T, size: number) => T;
  /** zero where the mask (batch, steps) is 0 */
  readonly maskSteps: (x: T, mask: T) => T;
  /** (batch, steps, heads * features) to (batch, heads, steps, features) */
  readonly splitHeads: (x: T, heads: number) => T;
  /** (..., groups * n) to its groups, each summed to (..., 1) */
  readonly groupSums: (x: T, groups: number) => readonly T[];
  /**
   * What each pair of steps adds to attention by its distance alone, (1, heads, steps, steps).
   *
   * @param like of as many steps as the answer
   * @param embedding (buckets, heads)
   * @param bucketOf bucket of a distance, key's step less query's
   * @param farthest distance beyond which the bucket stays the same
   */
  readonly distanceBias: (like: T, embedding: Weight, bucketOf: (distance: number) => number, farthest: number) => T;
  /**
   * Sines and cosines of each distance between two steps, of the frequencies of Vaswani et al. in turn, (1, 2 * steps - 1, size).
   *
   * @param like of so many steps; distances go from steps - 1 down to 1 - steps
   */
  readonly distanceWaves: (like: T, size: number) => T;
  /**
   * Of each distance between two steps what a weight (left + right + 1, features) has for it, the same for all heads: from steps - 1, query's
   * step less key's, down to 1 - steps; (1, 2 * steps - 1, heads * features).
   *
   * @param like of so many steps
   * @param options.left a key that is further before is taken as this far; it has the first row
   * @param options.right the same for keys behind; it has the last
   */
  readonly distanceKeys: (
    like: T,
    embedding: Weight,
    options: { readonly left: number; readonly right: number; readonly heads: number },
  ) => T;
  /**
   * What each pair of steps adds to attention by what one asks of their distance, (batch, heads, steps, steps).
   *
   * @param query (batch, steps, heads * features)
   * @param keys of each distance, query's step less key's, from steps - 1 down to 1 - steps: (1, 2 * steps - 1, heads * features)
   */
  readonly distanceProducts: (query: T, keys: T, heads: number) => T;
  /** the features of each head turned in pairs, by angles that grow with the step (Su et al., "RoFormer", 2021) */
  readonly rotated: (x: T, heads: number, options: { readonly size: number; readonly base: number }) => T;
  /**
   * Attention of every step to all steps, by the product of their heads.
   *
   * @param scale factor of the products
   * @param bias (1 or batch, heads, steps, steps) added to the products
   * @param mask (batch, steps), 0 where nothing may be read
   * @param dropout rate at which shares are dropped in training
   */
  readonly attention: (
    query: T,
    key: T,
    value: T,
    options: {
      readonly heads: number;
      readonly scale: number;
      readonly bias?: T | undefined;
      readonly mask?: T | undefined;
      readonly dropout: number;
    },
  ) => T;
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

export interface Pieces<T> {
  /** (rows, steps, features) */
  readonly pieces: T;
  readonly mask: T | undefined;
  readonly whole: (x: T) => T;
}

/** What a network reads. */
export interface NetworkInput<T> {
  /** (batch, samples) */
  readonly waveforms: T;
  /** (batch, frames), or as the network's `maskFrames` says, 1 for frames of the utterance, 0 for its padding; none attends to everything */
  readonly mask?: T | undefined;
}

/** A speech encoder without its weights. */
export interface Network {
  /** every weight that the forward pass reads */
  readonly weights: readonly Weight[];
  /** names of others that checkpoints of the family have */
  readonly unread?: RegExp;
  /** names of weights that no gradient reaches */
  readonly untrained?: RegExp;
  /** features of each hidden state */
  readonly size: number;
  /** of each hidden state, where they differ */
  readonly sizes?: readonly number[];
  /** hidden states: the input of every layer, and the output of the last */
  readonly hiddenStates: number;
  /** where given, waveforms are zero-padded to so many, and none may be longer */
  readonly samples?: number;
  /** where given, waveforms are zero-padded to a multiple of so many, and each of these is heard by itself and has so many frames */
  readonly segment?: { readonly samples: number; readonly frames: number };
  /** waveform samples from one frame to the next */
  readonly downsampleRate: number;
  /** frames of a waveform, 0 where it is too short for one */
  readonly frames: (samples: number) => number;
  /** steps of the mask of a waveform, where the mask is not that of the frames */
  readonly maskFrames?: (samples: number) => number;
  readonly forward: <T>(operations: Operations<T>, input: NetworkInput<T>) => readonly T[];
}

/** How a layer makes steps of steps: floor((steps + padding - taps) / stride) + 1. */
export interface StepWindow {
  readonly taps: number;
  readonly stride: number;
  /** of both sides together */
  readonly padding?: number;
}

/** A network, and what has to be known of it to run, train and freeze it. */
export interface DescribedNetwork extends Network {
  /** by which its frames are counted, from the samples upwards; the steps of a mask of its own by the first alone */
  readonly windows: readonly StepWindow[];
  /** bytes that the hidden states of one utterance take while they are computed, about; with gradients what is kept for them, too */
  readonly bytes: (samples: number, frames: number, gradients: boolean) => number;
  /** an utterance beside longer ones has its share of the steps, rounded as Python does, whatever it has alone */
  readonly isProportional?: boolean;
  /** no layer may be left out of a training step */
  readonly keepsLayers?: boolean;
  /** decibels of the samples' root mean square, below 1, that each utterance is scaled to */
  readonly level?: number;
  /** what its weights' names begin with, from the waveforms upwards */
  readonly sections: NetworkSections;
}

export interface NetworkSections {
  /** convolutions before all others, which are trained where it is asked for alone */
  readonly convolutions: readonly string[];
  /** between those and the layers */
  readonly before: readonly string[];
  /** one or more for each layer that may be frozen */
  readonly layers: readonly (readonly string[])[];
}

/** Names the weights of a network while it is put together. */
export interface WeightNames {
  readonly weight: (name: string, ...shape: readonly number[]) => Weight;
  /** what its names start with */
  readonly prefix: string;
  /** the same under a prefix */
  readonly within: (prefix: string) => WeightNames;
}

/** @returns names, and the list that collects what they were asked for */
export function weightNames(): { readonly names: WeightNames; readonly weights: readonly Weight[] } {
  const weights: Weight[] = [];
  const under = (prefix: string): WeightNames => ({
    weight(name, ...shape) {
      const weight = { name: prefix + name, shape };
      weights.push(weight);
      return weight;
    },
    prefix,
    within: (part) => under(`${prefix}${part}.`),
  });
  return { names: under(''), weights };
}
