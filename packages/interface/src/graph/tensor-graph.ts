import * as tf from '@tensorflow/tfjs-core';
import { WiringError } from '../errors.ts';
import { affine } from '../layers.ts';
import { layerNorm } from '../tensors.ts';
import { fourierBasis } from './fourier-basis.ts';
import type { GraphOperations, GraphRecurrence } from './graph-operations.ts';

/**
 * The operations on tensors: what a graph would give, without writing one.
 *
 * For tests and for comparing; sizes are read from the device, so it is slow on some engines. A part that is never trained may
 * run through it, and so be written once.
 */
export const tensorGraph: GraphOperations<tf.Tensor> = {
  constant: (values) => values,
  add: (x, y) => tf.add(x, like(x, y)),
  subtract: (x, y) => tf.sub(x, like(x, y)),
  multiply: (x, y) => tf.mul(x, like(x, y)),
  divide: (x, y) => tf.div(x, like(x, y)),
  maximum: (x, y) => tf.maximum(x, like(x, y)),
  minimum: (x, y) => tf.minimum(x, like(x, y)),
  less: (x, y) => tf.cast(tf.less(x, like(x, y)), 'float32'),
  toFloat: (x) => tf.cast(x, 'float32'),
  round: (x) => tf.cast(tf.round(x), 'int32'),
  relu: (x) => tf.relu(x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  sqrt: (x) => tf.sqrt(x),
  sin: (x) => tf.sin(x),
  cos: (x) => tf.cos(x),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  matMul: (x, y) => product(x, y),
  affine,
  convolution(x, { weight, bias, stride = 1, dilation = 1, padding = [0, 0], groups = 1 }) {
    const padded = tf.pad(x, [[0, 0], [...padding], [0, 0]]);
    const filters = tf.split(tf.transpose(weight, [2, 1, 0]), groups, -1);
    const parts = tf
      .split(padded, groups, -1)
      .map((part, group) => tf.conv1d(part as tf.Tensor3D, filters[group] as tf.Tensor3D, stride, 'valid', 'NWC', dilation));
    const joined = groups === 1 ? parts[0]! : tf.concat(parts, -1);
    return bias ? tf.add(joined, bias) : joined;
  },
  layerNorm: (x, { weight, bias, epsilon }) => layerNorm(x, weight, bias, epsilon),
  stepNorm(x, { weight, bias, epsilon }) {
    const { mean, variance } = tf.moments(x, 1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))), weight), bias);
  },
  recurrence: (x, lengths, kind, directions) =>
    tf.concat(
      directions.map((direction, index) => oneDirection(x as tf.Tensor3D, numbersIn(lengths), steps[kind], direction, index === 1)),
      -1,
    ),
  powerSpectrum(frames, samples, size) {
    const bins = size / 2 + 1;
    const basis = fourierBasis(samples, size);
    const values = frames.dataSync();
    const count = values.length / samples;
    const power = new Float32Array(count * bins);
    const sums = new Float64Array(2 * bins);
    for (let frame = 0; frame < count; frame++) {
      sums.fill(0);
      for (let sample = 0; sample < samples; sample++) {
        const value = values[frame * samples + sample]!;
        for (let column = 0; column < sums.length; column++) sums[column]! += value * basis[sample * sums.length + column]!;
      }
      for (let bin = 0; bin < bins; bin++) power[frame * bins + bin] = sums[bin]! ** 2 + sums[bins + bin]! ** 2;
    }
    return tf.tensor(power, [...frames.shape.slice(0, -1), bins]);
  },
  sum: (x, axis, keep = true) => tf.sum(x, axis, keep),
  mean: (x, axis, keep = true) => tf.mean(x, axis, keep),
  max: (x, axis, keep = true) => tf.max(x, axis, keep),
  transpose: (x, axes) => tf.transpose(x, [...axes]),
  reshape: (x, shape) =>
    tf.reshape(
      x,
      shape.map((size, axis) => (size === 0 ? x.shape[axis]! : size)),
    ),
  expandDims: (x, axis) => tf.expandDims(x, axis),
  squeeze: (x, axis) => tf.squeeze(x, [axis]),
  concat: (parts, axis) => tf.concat([...parts], axis),
  split: (x, sizes, axis) => tf.split(x, [...sizes], axis),
  slice(x, axis, from, to, every = 1) {
    const place = axis < 0 ? axis + x.rank : axis;
    const size = x.shape[place]!;
    const at = (value: number | tf.Tensor) => {
      const position = typeof value === 'number' ? value : numbersIn(value)[0]!;
      return Math.min(position < 0 ? position + size : position, size);
    };
    const only = (value: number, others: readonly number[]) => x.shape.map((_, index) => (index === place ? value : others[index]!));
    return tf.stridedSlice(
      x,
      only(
        at(from),
        x.shape.map(() => 0),
      ),
      only(to === undefined ? size : at(to), x.shape),
      only(
        every,
        x.shape.map(() => 1),
      ),
    );
  },
  steps: (x, axis = 1) => tf.tensor1d([x.shape[axis]!], 'int32'),
  range: (count) => tf.range(0, numbersIn(count)[0]!, 1, 'int32'),
  gather: (x, indices, axis) => tf.gather(x, indices as tf.Tensor1D, axis),
  gatherSteps: (x, indices) => tf.gather(x, indices as tf.Tensor1D, 1, 1),
  eachRow({ values, lengths }, describe) {
    const row = (x: tf.Tensor, index: number) => tf.gather(x, tf.tensor1d([index], 'int32'));
    const rows = Array.from({ length: values.shape[0]! }, (_, index) =>
      describe({ values: row(values, index), lengths: row(lengths, index) }),
    );
    return rows[0]!.map((_, output) =>
      tf.concat(
        rows.map((outputs) => outputs[output]!),
        0,
      ),
    );
  },
  onnx() {
    throw new WiringError('a model that is an ONNX graph', 'does not run on tensors', 'write it as part of an ONNX graph');
  },
};

const numbersIn = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const like = (x: tf.Tensor, y: tf.Tensor | number) => (typeof y === 'number' ? tf.scalar(y, x.dtype as 'float32') : y);

/** tfjs broadcasts the batch axes of both; one side without them is a matrix for all. */
function product(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (x.rank === y.rank) return tf.matMul(x, y);
  const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
  return tf.reshape(tf.matMul(rows, y as tf.Tensor2D), [...x.shape.slice(0, -1), y.shape.at(-1)!]);
}

interface StepState {
  readonly hidden: tf.Tensor2D;
  readonly cell?: tf.Tensor2D;
}
type Step = (x: tf.Tensor2D, state: StepState, direction: GraphRecurrence) => StepState;

const steps: { readonly [kind in 'LSTM' | 'GRU' | 'RNN']: Step } = {
  LSTM(x, { hidden, cell }, { inputWeight, hiddenWeight, inputBias, hiddenBias }) {
    const gates = tf.add(affine(x, inputWeight, inputBias), affine(hidden, hiddenWeight, hiddenBias));
    const [input, forget, candidate, output] = tf.split(gates, 4, -1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const entering = tf.mul(tf.sigmoid(input), tf.tanh(candidate));
    const next = tf.add(tf.mul(tf.sigmoid(forget), cell ?? tf.zerosLike(entering)), entering) as tf.Tensor2D;
    return { hidden: tf.mul(tf.sigmoid(output), tf.tanh(next)) as tf.Tensor2D, cell: next };
  },
  GRU(x, { hidden }, { inputWeight, hiddenWeight, inputBias, hiddenBias }) {
    const [fromInput, fromHidden] = [affine(x, inputWeight, inputBias), affine(hidden, hiddenWeight, hiddenBias)].map((gates) =>
      tf.split(gates, 3, -1),
    ) as [tf.Tensor2D[], tf.Tensor2D[]];
    const reset = tf.sigmoid(tf.add(fromInput[0]!, fromHidden[0]!));
    const update = tf.sigmoid(tf.add(fromInput[1]!, fromHidden[1]!));
    const candidate = tf.tanh(tf.add(fromInput[2]!, tf.mul(reset, fromHidden[2]!)));
    return { hidden: tf.add(candidate, tf.mul(update, tf.sub(hidden, candidate))) as tf.Tensor2D };
  },
  RNN: (x, { hidden }, { inputWeight, hiddenWeight, inputBias, hiddenBias }) => ({
    hidden: tf.tanh(tf.add(affine(x, inputWeight, inputBias), affine(hidden, hiddenWeight, hiddenBias)) as tf.Tensor2D),
  }),
};

function oneDirection(x: tf.Tensor3D, lengths: readonly number[], step: Step, direction: GraphRecurrence, backwards: boolean): tf.Tensor3D {
  const size = direction.hiddenWeight.shape[1];
  const count = x.shape[1];
  const rows = lengths.map((length, row) => {
    let state: StepState = { hidden: tf.zeros([1, size]) };
    const outputs = new Array<tf.Tensor2D>(count).fill(tf.zeros([1, size]));
    for (let index = 0; index < length; index++) {
      const at = backwards ? length - 1 - index : index;
      state = step(tf.reshape(tf.slice(x, [row, at, 0], [1, 1, -1]), [1, -1]), state, direction);
      outputs[at] = state.hidden;
    }
    return tf.concat(outputs, 0);
  });
  return tf.stack(rows) as tf.Tensor3D;
}
