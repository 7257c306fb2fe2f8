import { randomStream } from '@s3/interface';
import {
  type GraphOperations,
  type GraphRecurrence,
  type GraphSequence,
  holdLast,
  onnxTask,
  resized,
  tensorGraph,
} from '@s3/interface/graph';
import { normalTensor } from '@s3/interface/tensors';
import { framesOf, inGraph } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';

type Describe = <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => T;

const random = randomStream('operations');
const tensor = (...shape: number[]) => normalTensor(shape, 1, random);
const direction = (gates: number): GraphRecurrence => ({
  inputWeight: tensor(gates * 3, 4) as tf.Tensor2D,
  hiddenWeight: tensor(gates * 3, 3) as tf.Tensor2D,
  inputBias: tensor(gates * 3) as tf.Tensor1D,
  hiddenBias: tensor(gates * 3) as tf.Tensor1D,
});
const [vector, bias, square] = [tensor(4) as tf.Tensor1D, tensor(4) as tf.Tensor1D, tensor(4, 4) as tf.Tensor2D];
const filters = tensor(6, 2, 3) as tf.Tensor3D;
const filterBias = tensor(6) as tf.Tensor1D;
const both = { LSTM: [direction(4), direction(4)], GRU: [direction(3), direction(3)], RNN: [direction(1), direction(1)] };
const indices = tf.tensor1d([2, 0, 1], 'int32');

// x is (batch, 7, 4)
const cases: { readonly [name: string]: Describe } = {
  constant: (o, { values }) => o.multiply(values, o.constant(vector)),
  'add, subtract, divide': (o, { values }) => o.divide(o.subtract(o.add(values, 3), 1), o.add(o.multiply(values, values), 1)),
  'maximum, minimum': (o, { values }) => o.minimum(o.maximum(values, -0.5), 0.25),
  'whole numbers': (o, { lengths }) => o.toFloat(o.subtract(o.multiply(o.divide(o.add(lengths, 2), 3), 5), 1)),
  less: (o, { values, lengths }) => o.add(o.less(values, 0.1), o.expandDims(o.expandDims(o.less(lengths, 5), 1), 1)),
  round: (o, { values }) => o.toFloat(o.round(o.multiply(values, 3))),
  activations: (o, { values }) => o.add(o.add(o.relu(values), o.sigmoid(values)), o.add(o.tanh(values), o.gelu(values))),
  'exp, log, sqrt': (o, { values }) => o.add(o.log(o.add(o.exp(values), 1)), o.sqrt(o.multiply(values, values))),
  'sin, cos': (o, { values }) => o.add(o.sin(values), o.multiply(o.cos(values), 2)),
  'softmax, logSoftmax': (o, { values }) => o.add(o.softmax(values), o.logSoftmax(values)),
  matMul: (o, { values }) => o.matMul(o.matMul(values, o.transpose(values, [0, 2, 1])), o.matMul(values, o.constant(square))),
  affine: (o, { values }) => o.affine(o.affine(values, square, bias), square),
  convolution: (o, { values }) => o.convolution(values, { weight: filters, bias: filterBias, stride: 2, padding: [2, 1], groups: 2 }),
  'dilated convolution': (o, { values }) => o.convolution(values, { weight: tf.concat([filters, filters], 1), dilation: 2 }),
  layerNorm: (o, { values }) => o.add(o.layerNorm(values, { weight: vector, bias, epsilon: 1e-5 }), o.layerNorm(values, { epsilon: 1e-3 })),
  stepNorm: (o, { values }) => o.stepNorm(values, { weight: vector, bias, epsilon: 1e-5 }),
  LSTM: (o, { values, lengths }) => o.recurrence(values, lengths, 'LSTM', both.LSTM),
  GRU: (o, { values, lengths }) => o.recurrence(values, lengths, 'GRU', both.GRU),
  RNN: (o, { values, lengths }) => o.recurrence(values, lengths, 'RNN', both.RNN),
  'one direction': (o, { values, lengths }) => o.recurrence(values, lengths, 'GRU', both.GRU.slice(1)),
  powerSpectrum: (o, { values }) => o.powerSpectrum(values, 4, 6),
  'sum, mean, max': (o, { values }) => o.add(o.add(o.sum(values, 1), o.mean(values, -1)), o.max(values, 0)),
  'without the axis': (o, { values }) => o.add(o.sum(values, 1, false), o.max(values, 1, false)),
  shapes: (o, { values }) => o.squeeze(o.expandDims(o.transpose(o.reshape(values, [0, 0, 2, -1]), [0, 2, 1, 3]), 1), 1),
  'concat, split': (o, { values }) => o.concat(o.split(values, [1, 3], -1).toReversed(), -1),
  slice: (o, { values, lengths }) => o.add(o.slice(values, 1, -4, -1, 2), o.slice(o.slice(values, 1, 1, o.max(lengths, 0)), 1, 0, 2)),
  'range, gather': (o, { values }) =>
    o.multiply(o.gather(values, o.constant(indices), 1), o.expandDims(o.toFloat(o.range(o.constant(tf.tensor1d([3], 'int32')))), 1)),
  gatherSteps: (o, { values, lengths }) =>
    o.gatherSteps(values, o.subtract(o.expandDims(lengths, 1), o.constant(tf.tensor2d([[1, 2]], [1, 2], 'int32')))),
  eachRow: (o, frames) =>
    o.eachRow(frames, (row) => [o.toFloat(row.lengths), o.multiply(o.mean(row.values, 1), o.toFloat(row.lengths))])[1]!,
  'eachRow in eachRow': (o, frames) =>
    o.eachRow(frames, (row) => o.eachRow(row, ({ values, lengths }) => [o.add(o.max(values, 1), o.toFloat(lengths))]))[0]!,
  holdLast: holdLast,
  resized: (o, frames) => resized(o, frames, o.constant(tf.tensor1d([9], 'int32'))),
};

test.each(Object.entries(cases))('%s: an ONNX graph and tensors give the same, for every batch and length', async (_, describe) => {
  const { rank } = describe(tensorGraph, inGraph(framesOf([6], 4)));
  const model = await onnxTask(
    'operation',
    {
      describe: (o, input) => ({
        y: {
          value: o.add(describe(o, { ...input, values: o.reshape(input.values, [0, -1, 4]) }), 0),
          axes: Array.from({ length: rank }, (_axis, axis) => `axis ${axis}`),
        },
      }),
    },
    {},
  );
  const session = await InferenceSession.create(model);
  for (const lengths of [[7, 3, 5], [6]]) {
    const frames = framesOf(lengths, 4);
    const wanted = describe(tensorGraph, inGraph(frames));
    const [batch, steps] = frames.values.shape;
    const { y } = await session.run({
      waveforms: new Tensor('float32', frames.values.dataSync() as Float32Array, [batch, steps * 4]),
      lengths: new Tensor('int64', BigInt64Array.from(lengths, BigInt), [batch]),
    });
    expect(y!.dims).toEqual(wanted.shape);
    const own = Array.from(wanted.dataSync());
    const worst = own.reduce((most, value, index) => Math.max(most, Math.abs(value - (y!.data as Float32Array)[index]!)), 0);
    expect(worst).toBeLessThan(2e-5);
    expect(own.some((value) => value !== 0)).toBe(true);
  }
  await session.release();
});
