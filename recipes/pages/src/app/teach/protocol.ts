import type { ClassesTrouble } from '@s3/own-classes/teach';
import type { AudioInput, Inspected } from '../protocol.ts';

/** What the page that teaches and its worker say to each other. Types alone: neither loads the other's code. */

/** A recording that the worker keeps. */
export interface Kept {
  readonly id: number;
  readonly name: string;
  readonly seconds: number;
  /** loudest sample of each part, 0..1, to draw it */
  readonly peaks: Float32Array;
  /** what is wrong with it, though it is used */
  readonly warning?: string | undefined;
}

/** A class as the page has it. */
export interface TaughtClass {
  readonly label: string;
  /** of its recordings */
  readonly ids: readonly number[];
}

/** A recording that was kept out of training, and what it was taken for. */
export interface HeldOut {
  readonly id: number;
  readonly label: string;
  readonly prediction: string;
}

export interface Trained {
  readonly step: number;
  /** whether it was stopped before its last step */
  readonly wasStopped: boolean;
  /** of the recordings kept out, 0..1 */
  readonly accuracy: number;
  readonly heldOut: readonly HeldOut[];
  readonly seconds: number;
}

/** What a file that was opened holds. */
export interface Reopened {
  readonly classes: readonly { readonly label: string; readonly recordings: readonly Kept[] }[];
  readonly trained: Trained;
}

/** What is told while training goes on. */
export type TeachEvent =
  /** how much of a file of the upstream has arrived, in bytes; without one, nothing is fetched any longer */
  | { readonly kind: 'fetched'; readonly what: string; readonly done: number; readonly total: number | undefined }
  | { readonly kind: 'fetched'; readonly what: undefined }
  /** recordings that the upstream has heard */
  | { readonly kind: 'heard'; readonly done: number; readonly total: number }
  | { readonly kind: 'step'; readonly step: number; readonly total: number; readonly loss: number }
  | { readonly kind: 'logged'; readonly split: 'train' | 'valid'; readonly step: number; readonly loss: number; readonly accuracy: number };

export interface TeachCalls {
  start(engine: string): Promise<{ readonly engine: string; readonly library: string; readonly upstream: string }>;
  /** Looks at a recording without keeping it. */
  inspect(input: AudioInput): Promise<Inspected>;
  /** Keeps a recording; one that cannot be used is refused in words. */
  keep(input: AudioInput): Promise<Kept>;
  forget(ids: readonly number[]): Promise<void>;
  /** The samples of a recording, to play them. */
  samples(id: number): Promise<{ readonly samples: Float32Array; readonly sampleRate: number }>;
  judge(classes: readonly TaughtClass[]): Promise<ClassesTrouble>;
  /** @param more whether to go on from what was learned, with the same recordings */
  train(classes: readonly TaughtClass[], options: { readonly steps: number; readonly more: boolean }): Promise<Trained>;
  /** What was learned says of a recording: the classes with their probabilities, the most probable first. */
  predict(input: AudioInput): Promise<readonly { readonly label: string; readonly probability: number }[]>;
  /** What was learned as one file. */
  pack(options: {
    readonly withRecordings: boolean;
  }): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly step: number }>;
  /** Opens such a file; what was there before is forgotten. */
  reopen(file: File): Promise<Reopened>;
}
