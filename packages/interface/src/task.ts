import type { Rank, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { DataLoader } from './data.ts';
import { WiringError } from './errors.ts';
import type { GraphOperations, GraphOutputs, GraphSequence } from './graph/graph-operations.ts';
import type { Mode, Module, WaveformModel } from './model.ts';
import { requireEntries, requireFields, requireReduction } from './phase-results.ts';
import { describeValue } from './plain-values.ts';
import type { Frames, Waveforms } from './sequences.ts';
import type { Json } from './state.ts';

/** Metric name to value, as logged. */
export type Log = { readonly [metric: string]: number };

/** What one step hands on: tensors, sequences, or one entry per utterance. */
export type Fields = { readonly [field: string]: Tensor | Frames | readonly unknown[] };

/** One utterance's sequence on the host, its padding cut off. */
export interface Sequence {
  /** (frames * features), row-major */
  readonly values: Float32Array;
  readonly frames: number;
  readonly features: number;
}

/** The same field off the device: one entry per utterance, a scalar per batch. */
export type HostField<F> =
  F extends Tensor<Rank.R0>
    ? number
    : F extends Tensor1D
      ? number[]
      : F extends Tensor2D
        ? Float32Array[]
        : F extends Frames
          ? Sequence[]
          : F extends readonly (infer Entry)[]
            ? Entry[]
            : never;
/** What a step gave, off the device, by field. */
export type HostFields<F extends Fields> = { readonly [Field in keyof F]: HostField<F[Field]> };

/** The entries of every batch of a split, one list per name. */
export type Columns<E> = { readonly [Name in keyof E]: E[Name] extends readonly (infer Entry)[] ? Entry[] : E[Name][] };

/** A drawing for the report; the trainer renders it. */
export type Figure =
  | {
      readonly kind: 'lines';
      readonly title: string;
      readonly x: Axis;
      readonly y: Axis;
      readonly series: readonly { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }[];
    }
  | {
      readonly kind: 'histogram';
      readonly title: string;
      readonly x: Axis;
      readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
      /** vertical marks, such as a threshold */
      readonly marks?: readonly { readonly name: string; readonly at: number }[];
    }
  | {
      readonly kind: 'bars';
      readonly title: string;
      readonly y: Axis;
      readonly bars: readonly { readonly name: string; readonly value: number }[];
    }
  | {
      /** a table of counts, such as a confusion matrix; each cell is shaded by its share of its row */
      readonly kind: 'matrix';
      readonly title: string;
      readonly x: Axis;
      readonly y: Axis;
      readonly rows: readonly string[];
      readonly columns: readonly string[];
      /** `values[row][column]`, 0 or more */
      readonly values: readonly (readonly number[])[];
    }
  | {
      /** texts beside their references, token by token; a token that one side lacks is left out there */
      readonly kind: 'alignments';
      readonly title: string;
      /** what a token is; characters are set without space between them */
      readonly unit: 'word' | 'character' | 'phone';
      /** in the order of reading, so the worst first */
      readonly utterances: readonly {
        readonly name: string;
        /** a few words to the name, such as `2 errors in 5 words` */
        readonly note: string;
        readonly pairs: readonly { readonly reference?: string; readonly hypothesis?: string }[];
      }[];
    }
  | {
      /** words and numbers in rows, such as precision and recall of each class; the rows that matter most come first */
      readonly kind: 'table';
      readonly title: string;
      readonly columns: readonly string[];
      /** a cell for each column, with its unit */
      readonly rows: readonly (readonly string[])[];
    }
  | {
      /** what was when: rows of spans of time, such as the speakers of a reference above those of a hypothesis */
      readonly kind: 'timeline';
      readonly title: string;
      /** length of the time shown, from 0 */
      readonly seconds: number;
      readonly groups: readonly {
        readonly name: string;
        /** rows of the same place in their groups share a colour */
        readonly rows: readonly {
          readonly name: string;
          readonly spans: readonly { readonly startSeconds: number; readonly endSeconds: number }[];
        }[];
      }[];
    };
/** An axis of a drawing. */
export interface Axis {
  /** with its unit */
  readonly label: string;
  /** normal deviate (probit) is the axis of DET curves; values are then probabilities */
  readonly scale?: 'linear' | 'log' | 'probit';
}

/** A split judged: its metrics, and whatever else is worth keeping. */
export interface Reduction<L extends Log> {
  readonly log: L;
  /** what guessing would score, for the metrics where that says something */
  readonly chance?: { readonly [Metric in keyof L]?: number };
  /** file name to content, such as scores or hypotheses; the trainer writes them beside the result */
  readonly files?: { readonly [name: string]: string | Uint8Array };
  readonly figures?: readonly Figure[];
}

/**
 * What a task does with one split, in the order in which a batch passes through:
 *
 * - `prepare`: the frozen part, asynchronous and off the tape; the next batch is prepared while this one is stepped
 * - `step`: the trained part, synchronous, on the device, recorded for gradients when training
 * - `collect`: the host's part for one batch, such as decoding; what it returns is kept for the whole split
 * - `reduce`: the whole split to a log, judged against the split's reference (trials, say) where there is one
 *
 * The trainer owns every tensor in between: it downloads, disposes and tidies. A task writes no files.
 */
export interface PhaseParts<Batch, Prepared, F extends Fields, E, L extends Log, Reference> {
  prepare: (batch: Batch) => Promise<Prepared>;
  step: (batch: Batch, prepared: Prepared, mode: Mode) => F;
  collect: (fields: HostFields<F>, batch: Batch) => E;
  reduce: (columns: Columns<E>, reference: Reference, extent?: Extent) => Reduction<L>;
}

/** How much of a split was judged. */
export interface Extent {
  /** only its first batches, for a quick try: a reference that names more is no mistake then */
  readonly isPartial: boolean;
}

/** A way through a split that still lacks its data. */
export interface Phase<Batch, L extends Log, Reference = void> {
  /** Pairs the phase with batches of the type its step takes, and with what the whole split is judged against. */
  readonly over: (batches: DataLoader<Batch>, reference: Reference) => PhaseRun<L>;
}

/** A phase bound to its data; what passes between its parts is settled and no longer shows. */
export interface PhaseRun<L extends Log> {
  // spelt out, not through Phase<never, L>: in the cycle with `over` the compiler would stop checking L
  readonly batches: DataLoader<unknown>;
  readonly prepare: (batch: never) => Promise<unknown>;
  readonly step: (batch: never, prepared: never, mode: Mode) => Fields;
  readonly collect: (fields: never, batch: never) => { readonly [name: string]: unknown };
  readonly reduce: (columns: never, extent?: Extent) => Reduction<L>;
  readonly weight?: (fields: never, batch: never) => number;
}

type Entries = { readonly [name: string]: unknown };

/**
 * A phase of a task: what becomes of a batch, and of the whole split.
 *
 * @throws WiringError from the run, when a part gives something else than it has to
 */
export function definePhase<Batch, Prepared, F extends Fields, E extends Entries, L extends Log, Reference = void>(
  parts: PhaseParts<Batch, Prepared, F, E, L, Reference>,
): Phase<Batch, L, Reference> {
  return phaseOf(parts, false);
}

function phaseOf<Batch, Prepared, F extends Fields, E extends Entries, L extends Log, Reference>(
  parts: PhaseParts<Batch, Prepared, F, E, L, Reference>,
  trains: boolean,
): Phase<Batch, L, Reference> {
  return {
    over(batches, reference) {
      if (typeof batches?.epoch !== 'function')
        throw new WiringError(
          'phase',
          `is put over ${describeValue(batches)}`,
          'it takes a loader of batches, such as `dataLoader` of @s3/dataio makes',
        );
      return {
        ...parts,
        step: (batch: never, prepared: never, mode) => requireFields(parts.step(batch, prepared, mode), trains),
        collect: (fields: never, batch: never) => requireEntries(parts.collect(fields, batch)),
        reduce: (columns: never, extent) => requireReduction(parts.reduce(columns, reference, extent)),
        batches,
      };
    },
  };
}

/** A phase that trains: its step returns the loss. */
export interface TrainPhase<Batch, L extends Log> extends Phase<Batch, L> {
  readonly trains: true;
}

/**
 * What a task does with the split that it learns from.
 *
 * Where processes share a batch, what each collects of its share becomes that of the batch: lists are joined, a number is a mean and becomes the
 * mean by weight, an object of numbers has counts, which are added up.
 */
export interface TrainPhaseParts<Batch, Prepared, F extends Fields, E, L extends Log> extends PhaseParts<Batch, Prepared, F, E, L, void> {
  /**
   * How much there is in a batch of what its loss is a mean of, such as its valid frames; its items unless given.
   *
   * Processes that share a batch weight their losses, gradients and collected numbers by it, so that together they reach what one
   * process does of the whole batch.
   */
  weight?: (fields: HostFields<F>, batch: Batch) => number;
}

/** A phase whose step gives the `loss` (a scalar, the mean over the batch) that training lowers. */
export function defineTrainPhase<Batch, Prepared, F extends Fields & { readonly loss: Scalar }, E extends Entries, L extends Log>(
  parts: TrainPhaseParts<Batch, Prepared, F, E, L>,
): TrainPhase<Batch, L> {
  return { ...phaseOf(parts, true), trains: true };
}

/** A recording that is read piece by piece, so that memory does not grow with its length. */
export interface RecordingSource {
  /** what it is called in what is written of it, such as its file's name without the ending */
  readonly name: string;
  /** Hz, those of the model */
  readonly sampleRate: number;
  readonly samples: number;
  /** Samples `first` to `end` (exclusive), mono, -1..1. */
  readonly read: (first: number, end: number) => Promise<Float32Array>;
}

/** How a recording is predicted. */
export interface RecordingOptions {
  /** Tells how far it is, in seconds of the recording. */
  readonly onProgress?: ((doneSeconds: number, totalSeconds: number) => void) | undefined;
  /** gives speaker embeddings, for tasks that have to know a speaker again */
  readonly speakerModel?: Pick<AnyTask, 'model' | 'predict'> | undefined;
  /** how many speakers the recording has, where a speaker model tells them apart; the task's own number unless given */
  readonly speakers?: number | undefined;
}

/** What a task says of a recording, and the same as text where the field has a format for it. */
export interface RecordingPrediction<Prediction> {
  readonly prediction: Prediction;
  readonly text?: {
    /** also the ending of its files: `rttm` */
    readonly format: string;
    readonly content: string;
  };
}

/** What a task makes of a recording as sound, such as each of its speakers alone. */
export interface TaskSound {
  /** a name for each sound, also the ending of its file's name: `s1` */
  readonly outputs: readonly string[];
  /**
   * Samples of each sound in order, at the model's rate, as many altogether as the recording has; memory does not grow with its length.
   *
   * @throws InputError for a recording shorter than the model needs
   */
  readonly pieces: (recording: RecordingSource, options?: Pick<RecordingOptions, 'onProgress'>) => AsyncIterable<readonly Float32Array[]>;
}

/** A task as a graph for other programs, from waveforms to the numbers that its predictions are made of; `taskGraph` makes one. */
export interface TaskGraph {
  /** @throws WiringError naming a part of the model that has no graph */
  readonly describe: <T>(operations: GraphOperations<T>, waveforms: GraphSequence<T>) => GraphOutputs<T>;
  /** The same numbers by our own forward pass, which the caller disposes. */
  readonly evaluate: (waveforms: Waveforms) => Promise<{ readonly [output: string]: Tensor }>;
  /** what is to be known to read the outputs, such as thresholds and labels */
  readonly metadata: () => { readonly [key: string]: Json };
}

/**
 * How a model is trained, judged and used.
 *
 * Its own state and trainables are what it adds to the model (the weights of a loss, say);
 * the model is saved apart, so that it can be loaded without the task.
 */
export interface Task<TrainBatch, EvalBatch, L extends Log, Reference = void, Prediction = unknown> extends Module {
  readonly name: string;
  /** what is trained; also says which waveforms `predict` takes */
  readonly model: Module & Pick<WaveformModel<unknown>, 'sampleRate' | 'minSamples' | 'layerWeights' | 'upstreamFingerprint'>;
  readonly train: TrainPhase<TrainBatch, Log>;
  readonly valid?: Phase<EvalBatch, L, Reference>;
  readonly test: Phase<EvalBatch, L, Reference>;
  /** One prediction per waveform: an embedding, a text, labels, speaker activity. */
  readonly predict: (waveforms: Waveforms) => Promise<readonly Prediction[]>;
  /**
   * The same for a recording of any length, an hour say, in bounded memory; absent where a prediction needs the whole
   * waveform at once.
   *
   * @throws InputError for a recording shorter than the model needs
   */
  readonly predictRecording?: (recording: RecordingSource, options?: RecordingOptions) => Promise<RecordingPrediction<Prediction>>;
  /** what it makes of a recording as sound; absent where predictions are no sound */
  readonly sound?: TaskSound;
  /** for `s3 export` */
  readonly graph?: TaskGraph;
}

/** Any task, whatever its batches; what the trainer sees. */
export type AnyTask = Pick<Task<never, never, Log>, 'name' | 'model' | 'predict' | 'predictRecording' | 'sound' | 'graph' | keyof Module>;
