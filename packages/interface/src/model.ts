import type { Variable } from '@tensorflow/tfjs-core';
import { requireLayers, requireOutput, requireParts, requireWaveforms } from './connected-parts.ts';
import { WiringError } from './errors.ts';
import type { GraphOperations, GraphSequence, InGraph } from './graph/graph-operations.ts';
import { moduleOf } from './modules.ts';
import { type Random, randomStream } from './random.ts';
import type { Embeddings, Frames, Waveforms } from './sequences.ts';
import type { Checkpointable } from './state.ts';

/** What one frame is, so that sizes travel with the wiring and are never typed twice. */
export interface FrameSpec {
  /** features per frame */
  readonly size: number;
  /** waveform samples per frame (S3PRL: `downsample_rate`) */
  readonly downsampleRate: number;
}

/** How a model is asked: for training (dropout, batch statistics) or for its final answer. */
export interface Mode {
  readonly training: boolean;
  /** chance of this step, such as dropout; a key of seed and step, so that a resumed run draws the same */
  readonly random: Random;
}

/** The mode of validation, test and prediction: nothing in it is left to chance. */
export const inference: Mode = { training: false, random: randomStream('inference') };

/** Anything with weights. */
export interface Module extends Checkpointable {
  /** weights the optimizer may change; a frozen module lists none */
  readonly trainable: readonly Variable[];
  dispose(): void;
}

// Function-typed properties, not methods, throughout: methods are bivariant and would
// let a frame model pass where an utterance model is due.
/** Anything that is asked with an input and answers with an output of `outputSize` features. */
export interface Model<Input, Output> extends Module {
  /** features of the output */
  readonly outputSize: number;
  readonly forward: (input: Input, mode: Mode) => Output;
}

/**
 * Speech encoder: waveforms in, the hidden states of every layer out.
 *
 * Frozen it is asked through `extract`, which may run on another engine, in another
 * thread or read a cache. One that can be trained also has `forward`.
 */
export interface Upstream extends Module {
  /** Hz expected of the waveforms */
  readonly sampleRate: number;
  /** one spec per hidden state, lowest layer first */
  readonly layers: readonly FrameSpec[];
  /** @param wanted ids of the layers that will be read; the others may come without frames, (batch, 0, features). All unless given */
  readonly extract: (waveforms: Waveforms, wanted?: readonly number[]) => Promise<readonly Frames[]>;
  /** where `extract` keeps what it computed, if it does */
  readonly cache?: HiddenStateCache;
  /** tells the files that its weights were read from from others, whatever they are called; absent where there are none */
  readonly fingerprint?: string;
  readonly forward?: (waveforms: Waveforms, mode: Mode) => readonly Frames[];
  /**
   * The same in the operations of a graph, for `s3 export`; absent where it cannot be written as one.
   *
   * @throws WiringError where its settings do not allow it
   */
  readonly graph?: <T>(operations: GraphOperations<T>, waveforms: GraphSequence<T>) => readonly GraphSequence<T>[];
}

/** Hidden states of a frozen upstream on disk, so that each utterance needs the upstream once. */
export interface HiddenStateCache {
  readonly folder: string;
  /** the most it may hold */
  readonly maxBytes: number;
  /** bytes that a second of audio takes, of these layers or of all */
  readonly bytesPerSecond: (layers?: readonly number[]) => number;
}

/** Reduces the layers of an upstream to one sequence. */
export interface Featurizer extends Module {
  readonly output: FrameSpec;
  /** ids of the layers that `forward` reads; all unless said */
  readonly reads?: readonly number[];
  readonly forward: (layers: readonly Frames[], mode: Mode) => Frames;
  /** weight of each layer of the upstream, 0..1, for reports; absent where there is nothing to weigh */
  readonly layerWeights?: () => Promise<readonly number[]>;
  /** `forward` in evaluation in the operations of a graph, for `s3 export` */
  readonly graph?: <T>(operations: GraphOperations<T>, layers: readonly GraphSequence<T>[]) => GraphSequence<T>;
}

/** Reads the featurizer's frames: what the task is about. */
export interface Downstream<Output> extends Model<Frames, Output> {
  readonly input: FrameSpec;
  /** frames an utterance needs at least; 1 unless said */
  readonly minFrames?: number;
  /** `forward` in evaluation in the operations of a graph, for `s3 export` */
  readonly graph?: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => InGraph<Output, T>;
}
/** One output per frame: phones, characters, speaker activity. */
export type FrameModel = Downstream<Frames>;
/** One output per utterance: pools over time. */
export type UtteranceModel = Downstream<Embeddings>;

/** What a waveform model's synchronous half takes: the frozen upstream's layers, or the waveforms themselves. */
export type ModelInput = { readonly layers: readonly Frames[] } | { readonly waveforms: Waveforms };

/**
 * Downstream joined to its upstream and featurizer; what a task trains.
 *
 * Two halves, since gradients need a synchronous step while a frozen upstream
 * answers with a promise: `prepare` is never recorded for gradients, `forward` is.
 */
export interface WaveformModel<Output> extends Model<ModelInput, Output> {
  /** Hz expected of the waveforms */
  readonly sampleRate: number;
  /** waveform samples per output frame */
  readonly downsampleRate: number;
  /** samples that a waveform needs at least; 1 unless said */
  readonly minSamples?: number;
  readonly prepare: (waveforms: Waveforms) => Promise<ModelInput>;
  /** where `prepare` keeps hidden states, if it does, and the bytes that a second of audio takes there */
  readonly cache?: Pick<HiddenStateCache, 'folder' | 'maxBytes'> & { readonly bytesPerSecond: number };
  readonly layerWeights?: () => Promise<readonly number[]>;
  /** the `fingerprint` of a frozen upstream, whose weights a checkpoint names but does not hold */
  readonly upstreamFingerprint?: string;
  /**
   * The whole of it in evaluation in the operations of a graph, for `s3 export`.
   *
   * @throws WiringError naming the part that has no `graph`
   */
  readonly graph?: <T>(operations: GraphOperations<T>, waveforms: GraphSequence<T>) => InGraph<Output, T>;
}

/**
 * Joins upstream, featurizer and downstream into one waveform model.
 *
 * A frozen upstream is no part of the model's state: a checkpoint names it, it does not copy it.
 *
 * @throws WiringError when the downstream was built for frames of another size, or
 *   the upstream is to be trained but can only be frozen; from the model, when it is not
 *   given waveforms, a part gives other shapes than it says, or an utterance is too short for the downstream
 */
export function connect<Output>(
  upstream: Upstream,
  featurizer: Featurizer,
  downstream: Downstream<Output>,
  { trainUpstream = false }: { readonly trainUpstream?: boolean } = {},
): WaveformModel<Output> {
  requireParts(upstream, featurizer, downstream);
  if (downstream.input.size !== featurizer.output.size) {
    throw new WiringError(
      'downstream',
      `takes frames of ${downstream.input.size} features`,
      `the featurizer gives ${featurizer.output.size}; build it from featurizer.output`,
    );
  }
  const { forward } = upstream;
  if (trainUpstream && !forward) {
    throw new WiringError(
      'upstream',
      upstream.cache ? 'is frozen, since its hidden states are kept in a cache' : 'can only be frozen',
      upstream.cache
        ? 'it is to be trained; leave the cache out or leave the upstream frozen'
        : 'it is to be trained; choose one with trainable weights or leave it frozen',
    );
  }
  const minFrames = downstream.minFrames ?? 1;
  const { cache } = upstream;
  return {
    ...moduleOf({ ...(trainUpstream && { upstream }), featurizer, downstream }),
    outputSize: downstream.outputSize,
    sampleRate: upstream.sampleRate,
    downsampleRate: featurizer.output.downsampleRate,
    // an upstream gives floor((samples - 1) / downsampleRate) + 1 frames
    minSamples: (minFrames - 1) * featurizer.output.downsampleRate + 1,
    ...(featurizer.layerWeights && { layerWeights: featurizer.layerWeights }),
    ...(!trainUpstream && upstream.fingerprint !== undefined && { upstreamFingerprint: upstream.fingerprint }),
    ...(cache && { cache: { folder: cache.folder, maxBytes: cache.maxBytes, bytesPerSecond: cache.bytesPerSecond(featurizer.reads) } }),
    async prepare(waveforms) {
      const rows = requireWaveforms(waveforms).lengths.length;
      if (trainUpstream) return { waveforms };
      return { layers: requireLayers(await upstream.extract(waveforms, featurizer.reads), upstream.layers, rows) };
    },
    forward(input, mode) {
      const layers =
        'layers' in input ? input.layers : requireLayers(forward!(input.waveforms, mode), upstream.layers, input.waveforms.lengths.length);
      const frames = featurizer.forward(layers, mode);
      const shortest = Math.min(...frames.lengths);
      if (shortest < minFrames) {
        throw new WiringError(
          'downstream',
          `needs utterances of at least ${minFrames} frames (${frameSeconds(minFrames)} s)`,
          `one has ${shortest} (${frameSeconds(shortest)} s); leave short utterances out or choose a model with a shorter reach`,
        );
      }
      return requireOutput(downstream.forward(frames, mode), downstream.outputSize, frames.lengths.length);
    },
    graph(operations, waveforms) {
      const [describeUpstream, describeFeaturizer, describeDownstream] = [
        described('upstream', upstream.graph),
        described('featurizer', featurizer.graph),
        described('downstream', downstream.graph),
      ];
      const frames = describeFeaturizer(operations, describeUpstream(operations, waveforms));
      return describeDownstream(operations, frames);
    },
  };

  function described<Describe>(part: string, describe: Describe | undefined): Describe {
    if (describe) return describe;
    throw new WiringError(
      `the ${part}`,
      'cannot be exported',
      'a graph of the whole model is asked for; give what it builds a `graph` that says what it does in evaluation in the operations of @s3/interface/graph, or choose another',
    );
  }

  function frameSeconds(frames: number): string {
    return ((frames * featurizer.output.downsampleRate) / upstream.sampleRate).toFixed(2);
  }
}
