import type { Embeddings, Frames, Mode, Module } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';

/** Reduces the frames of an utterance to one vector; frames past its length do not count. */
export interface Pooling extends Module {
  readonly outputSize: number;
  /** frames an utterance needs at least */
  readonly minFrames: number;
  /** (batch, frames, features) to (batch, outputSize) */
  readonly forward: (frames: Frames, mode: Mode) => Embeddings;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => T;
}
