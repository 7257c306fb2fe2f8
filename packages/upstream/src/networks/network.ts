import type { Operations } from './operations/operations.ts';
import type { Weight } from './weight-names.ts';

/** What a network reads. */
export interface NetworkInput<T> {
  /** (batch, samples) */
  readonly waveforms: T;
  /** (batch, frames), or as the network's `maskFrames` says, 1 for frames of the utterance, 0 for its padding; none attends to everything */
  readonly mask?: T | undefined;
  /** the last hidden state, from 0, that is asked for: those behind it may be left out */
  readonly highest?: number | undefined;
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
  /**
   * Steps of an utterance beside longer ones, whatever it has alone. 'share': its share of theirs, rounded as Python does; 'reached': one
   * for each part of their samples, of which there are as many as steps, that it reaches into.
   */
  readonly steps?: 'share' | 'reached';
  /** where given, each waveform is normalized to mean 0 and variance 1, to which so much is added first */
  readonly waveformEpsilon?: number;
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
