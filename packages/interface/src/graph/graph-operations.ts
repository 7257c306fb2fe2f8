import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Embeddings, Frames } from '../sequences.ts';
import type { OnnxPart } from './onnx-part.ts';

/**
 * What a model is made of when it is written as a graph for other programs.
 *
 * A part that can be exported says, beside its forward pass, what it does in evaluation in these operations (`graph`). They have two
 * meanings: nodes of an ONNX graph (`onnxModel`), and tensors (`tensorGraph`), by which tests compare `graph` with the forward pass.
 *
 * `T` is a value of the graph: batch and steps are known only when it is run, so sizes are never read in JavaScript; what
 * depends on them is made of `steps`, `range` and the lengths. Values are float32, except counts and lengths, which are whole numbers;
 * `add`, `subtract`, `multiply`, `divide`, `maximum`, `minimum` and `less` take two of one kind and broadcast, and a number beside either.
 */
export interface GraphOperations<T> {
  /** What is known while the graph is made, such as a weight or what is computed from weights; float32 or int32. */
  readonly constant: (values: Tensor) => T;

  readonly add: (x: T, y: T | number) => T;
  readonly subtract: (x: T, y: T | number) => T;
  readonly multiply: (x: T, y: T | number) => T;
  /** of whole numbers from 0 on, rounded down */
  readonly divide: (x: T, y: T | number) => T;
  readonly maximum: (x: T, y: T | number) => T;
  readonly minimum: (x: T, y: T | number) => T;
  /** 1 where x is less than y, else 0; float32 */
  readonly less: (x: T, y: T | number) => T;
  /** whole numbers as float32 */
  readonly toFloat: (x: T) => T;
  /** float32 to the nearest whole numbers, halves to the even one */
  readonly round: (x: T) => T;

  readonly relu: (x: T) => T;
  readonly sigmoid: (x: T) => T;
  readonly tanh: (x: T) => T;
  /** x * (probability that a standard normal is under x), exactly */
  readonly gelu: (x: T) => T;
  readonly exp: (x: T) => T;
  readonly log: (x: T) => T;
  readonly sqrt: (x: T) => T;
  readonly sin: (x: T) => T;
  readonly cos: (x: T) => T;
  /** over the last axis */
  readonly softmax: (x: T) => T;
  /** over the last axis */
  readonly logSoftmax: (x: T) => T;

  readonly matMul: (x: T, y: T) => T;
  /**
   * x weight^T + bias over the last axis.
   *
   * @param weight (outputs, inputs)
   */
  readonly affine: (x: T, weight: Tensor2D, bias?: Tensor1D) => T;
  /** correlation over the steps of (batch, steps, features), as PyTorch's `conv1d` */
  readonly convolution: (x: T, convolution: GraphConvolution) => T;
  /** mean 0 and variance 1 over the last axis, then times the weight, plus the bias */
  readonly layerNorm: (
    x: T,
    normalization: { readonly weight?: Tensor1D | undefined; readonly bias?: Tensor1D | undefined; readonly epsilon: number },
  ) => T;
  /** mean 0 and variance 1 over the steps of each feature of (batch, steps, features), padding included, then times the weight, plus the bias */
  readonly stepNorm: (x: T, normalization: { readonly weight: Tensor1D; readonly bias: Tensor1D; readonly epsilon: number }) => T;
  /**
   * Recurrent layer of PyTorch's over (batch, steps, features), in one direction or both; zero after the end of each sequence.
   *
   * @param lengths (batch,)
   * @param directions forwards, then backwards where there are two
   * @returns (batch, steps, hidden * directions)
   */
  readonly recurrence: (x: T, lengths: T, kind: 'LSTM' | 'GRU' | 'RNN', directions: readonly GraphRecurrence[]) => T;
  /**
   * Power of the discrete Fourier transform, in double precision.
   *
   * @param frames (batch, frames, samples)
   * @param samples of a frame
   * @param size samples that are transformed, zeros after those of the frame
   * @returns (batch, frames, size / 2 + 1)
   */
  readonly powerSpectrum: (frames: T, samples: number, size: number) => T;

  /** sum over an axis, which stays with size 1 unless `keep` is false */
  readonly sum: (x: T, axis: number, keep?: boolean) => T;
  readonly mean: (x: T, axis: number, keep?: boolean) => T;
  readonly max: (x: T, axis: number, keep?: boolean) => T;

  readonly transpose: (x: T, axes: readonly number[]) => T;
  /** @param shape 0 for an axis of the same size as before in its place, -1 for the rest */
  readonly reshape: (x: T, shape: readonly number[]) => T;
  readonly expandDims: (x: T, axis: number) => T;
  readonly squeeze: (x: T, axis: number) => T;
  readonly concat: (parts: readonly T[], axis: number) => T;
  readonly split: (x: T, sizes: readonly number[], axis: number) => T[];
  /** @param to end (exclusive), as number or (1,); that of the axis unless given */
  readonly slice: (x: T, axis: number, from: number | T, to?: number | T, every?: number) => T;

  /** size of an axis, (1,) */
  readonly steps: (x: T, axis?: number) => T;
  /** 0, 1, 2, ... up to a count, (1,); (count,) */
  readonly range: (count: T) => T;
  /** entries of an axis; indices may have any rank, and stand in its place */
  readonly gather: (x: T, indices: T, axis: number) => T;
  /** of each row its own steps: (batch, steps, ...) and indices (batch, chosen) to (batch, chosen, ...) */
  readonly gatherSteps: (x: T, indices: T) => T;

  /**
   * Each row of a batch by itself, one after the other: for what gives an utterance other numbers beside others than alone.
   *
   * @param describe is given a batch of one; what it gives has the same shape for every row
   * @returns what it gave, row below row
   */
  readonly eachRow: (sequence: GraphSequence<T>, describe: (row: GraphSequence<T>) => readonly T[]) => T[];
  /**
   * A model that is an ONNX graph already; refused on tensors, where nothing runs it.
   *
   * @param inputs by the names that the model has for them
   * @param outputs names of those that are wanted, of float32
   */
  readonly onnx: (part: OnnxPart, inputs: { readonly [name: string]: T }, outputs: readonly string[]) => T[];
}

/** A convolution over time. */
export interface GraphConvolution {
  /** (outputs, inputs / groups, taps) */
  readonly weight: Tensor3D;
  readonly bias?: Tensor1D | undefined;
  readonly stride?: number;
  readonly dilation?: number;
  /** zeros before and after the steps */
  readonly padding?: readonly [before: number, after: number];
  readonly groups?: number;
}

/** One direction of a recurrent layer, its gates in PyTorch's order. */
export interface GraphRecurrence {
  /** (gates * hidden, inputs) */
  readonly inputWeight: Tensor2D;
  /** (gates * hidden, hidden) */
  readonly hiddenWeight: Tensor2D;
  readonly inputBias: Tensor1D;
  readonly hiddenBias: Tensor1D;
}

/** A batch of sequences in a graph: waveforms, frames. What lies behind an end may be anything. */
export interface GraphSequence<T> {
  /** (batch, steps, ...) */
  readonly values: T;
  /** (batch,) whole numbers */
  readonly lengths: T;
}

/** What the output of a forward pass is in a graph: a sequence for frames, (batch, features) for embeddings. */
export type InGraph<Output, T> = [Output] extends [Frames] ? GraphSequence<T> : [Output] extends [Embeddings] ? T : GraphSequence<T> | T;

/** What a graph gives, by name; each axis a size or the name of one that varies, such as `batch` and `frames`. */
export interface GraphOutputs<T> {
  readonly [name: string]: { readonly value: T; readonly axes: readonly (number | string)[] };
}
