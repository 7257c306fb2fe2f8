import { type Frames, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import { affine, weightOf } from '@s3/interface/layers';
import { lengthMask, uniformTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { gruRecurrence } from './gru-recurrence.ts';
import { hasLstmKernel, lstmKernel } from './lstm-kernel.ts';
import { lstmRecurrence } from './lstm-recurrence.ts';
import type { Order } from './recurrence.ts';
import { hasRecurrentKernel, type RecurrentKind, type RecurrentWeights, recurrentKernel } from './recurrent-kernel.ts';
import { rnnRecurrence } from './rnn-recurrence.ts';

/** One recurrent layer of PyTorch's, in one direction or both. */
export interface RecurrentLayer extends Module {
  /** features of the output: hidden size times directions */
  readonly outputSize: number;
  /** (batch, frames, inputSize) to (batch, frames, outputSize); zero after the end of an utterance, which the backward direction starts from */
  readonly forward: (frames: Frames) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => T;
  /** its weights by PyTorch's names, for those that are one of several layers of a module */
  readonly weights: { readonly [name: string]: tf.Variable };
}

const gateCount = { LSTM: 4, GRU: 3, RNN: 1 } as const;

interface Direction extends RecurrentWeights {
  readonly inputWeight: tf.Variable<tf.Rank.R2>;
  readonly hiddenWeight: tf.Variable<tf.Rank.R2>;
  readonly inputBias: tf.Variable<tf.Rank.R1>;
  readonly hiddenBias: tf.Variable<tf.Rank.R1>;
}

interface RecurrentShape {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bidirectional: boolean;
}

/**
 * A recurrent layer with PyTorch's weights and their names: uniform within 1 / sqrt(hiddenSize).
 *
 * @param layer place in a stack, from 0: PyTorch names the weights by it
 */
export function recurrentLayer(
  { inputSize, hiddenSize, bidirectional }: RecurrentShape,
  kind: RecurrentKind,
  random: Random,
  layer = 0,
): RecurrentLayer {
  const rows = gateCount[kind] * hiddenSize;
  const parts: { [name: string]: tf.Variable } = {};
  const directions = (bidirectional ? ['', '_reverse'] : ['']).map((suffix): Direction => {
    const weight = (name: string, shape: readonly number[]) => {
      const made = weightOf(uniformTensor(shape, 1 / Math.sqrt(hiddenSize), random));
      parts[`${name}_l${layer}${suffix}`] = made;
      return made;
    };
    return {
      inputWeight: weight('weight_ih', [rows, inputSize]) as tf.Variable<tf.Rank.R2>,
      hiddenWeight: weight('weight_hh', [rows, hiddenSize]) as tf.Variable<tf.Rank.R2>,
      inputBias: weight('bias_ih', [rows]) as tf.Variable<tf.Rank.R1>,
      hiddenBias: weight('bias_hh', [rows]) as tf.Variable<tf.Rank.R1>,
    };
  });
  const recurrence = recurrences[kind];
  return {
    ...moduleOf(parts),
    weights: parts,
    outputSize: hiddenSize * directions.length,
    forward: ({ values, lengths }) =>
      tf.tidy(() => {
        if (hasRecurrentKernel() && lengths.every((length) => length > 0)) return recurrentKernel(values, lengths, kind, directions);
        if (kind === 'LSTM' && hasLstmKernel()) {
          const outputs = directions.map((direction, index) =>
            inOneKernel(values, direction, lengths, index === 0 ? 'forwards' : 'backwards'),
          );
          return outputs.length === 1 ? outputs[0]! : tf.concat(outputs, -1);
        }
        const timeMajor = tf.transpose(values, [1, 0, 2]);
        const mask = maskOf(lengths, values.shape[1]);
        const outputs = directions.map((direction, index) =>
          recurrence(timeMajor, direction, mask, index === 0 ? 'forwards' : 'backwards'),
        );
        return tf.transpose(outputs.length === 1 ? outputs[0]! : tf.concat(outputs, -1), [1, 0, 2]);
      }),
    graph: (operations, { values, lengths }) => operations.recurrence(values, lengths, kind, directions),
  };
}

/** 1 on valid frames, (steps, batch, 1); undefined where nothing is padded. */
function maskOf(lengths: readonly number[], steps: number): tf.Tensor3D | undefined {
  if (lengths.every((length) => length >= steps)) return undefined;
  return tf.transpose(tf.expandDims<tf.Tensor3D>(lengthMask(lengths, steps), -1), [1, 0, 2]);
}

/** One direction over (steps, batch, inputSize), with zero states wherever the mask is 0. */
type Recurrence = (inputs: tf.Tensor3D, direction: Direction, mask: tf.Tensor3D | undefined, order: Order) => tf.Tensor3D;

/** @param inputs (batch, steps, inputSize) */
function inOneKernel(inputs: tf.Tensor3D, direction: Direction, lengths: readonly number[], order: Order): tf.Tensor3D {
  const projected = affine(inputs, direction.inputWeight);
  return lstmKernel(projected, direction.hiddenWeight, tf.add(direction.inputBias, direction.hiddenBias) as tf.Tensor1D, lengths, order);
}

const lstm: Recurrence = (inputs, { inputWeight, hiddenWeight, inputBias, hiddenBias }, mask, order) => {
  // PyTorch's gates are input, forget, cell, output; the recurrence wants those with a sigmoid together
  const reordered = <T extends tf.Tensor>(tensor: T): T => {
    const [input, forget, cell, output] = tf.split(tensor, 4, 0) as [T, T, T, T];
    return tf.concat([input, forget, output, cell], 0) as T;
  };
  const [toInput, toHidden] = [reordered<tf.Tensor2D>(inputWeight), reordered<tf.Tensor2D>(hiddenWeight)];
  const bias = reordered(tf.add(inputBias, hiddenBias) as tf.Tensor1D);
  const projected = affine(inputs, toInput, bias);
  // closed gates leave cell and output at zero, forwards and backwards, without a mask at every step
  return lstmRecurrence(mask ? closed(projected, mask) : projected, toHidden, order);
};

const gru: Recurrence = (inputs, { inputWeight, hiddenWeight, inputBias, hiddenBias }, mask, order) => {
  const size = hiddenWeight.shape[1];
  const [gateBias, newBias] = tf.split(hiddenBias, [2 * size, size]) as [tf.Tensor1D, tf.Tensor1D];
  const projected = affine(inputs, inputWeight, tf.add(inputBias, tf.pad(gateBias, [[0, size]])) as tf.Tensor1D);
  if (!mask) return gruRecurrence(projected, hiddenWeight, newBias, order);
  // a closed update gate takes the new gate's value, which is 0 where neither input nor state reach it
  const [forGates, forNew] = tf.split(projected, [2 * size, size], -1) as [tf.Tensor3D, tf.Tensor3D];
  const masked = tf.concat([closed(forGates, mask), tf.mul(forNew, mask) as tf.Tensor3D], -1);
  return gruRecurrence(masked, hiddenWeight, newBias, order);
};

const rnn: Recurrence = (inputs, { inputWeight, hiddenWeight, inputBias, hiddenBias }, mask, order) =>
  rnnRecurrence(affine(inputs, inputWeight, tf.add(inputBias, hiddenBias) as tf.Tensor1D), hiddenWeight, mask, order);

const recurrences: { readonly [kind in RecurrentKind]: Recurrence } = { LSTM: lstm, GRU: gru, RNN: rnn };

/** Inputs of gates with a sigmoid so low, where the mask is 0, that they are shut. */
function closed(projected: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor3D {
  return tf.add(projected, tf.mul(tf.sub(mask, 1), 1e4)) as tf.Tensor3D;
}
