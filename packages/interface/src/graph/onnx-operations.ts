import * as tf from '@tensorflow/tfjs-core';
import { fourierBasis } from './fourier-basis.ts';
import type { GraphOperations, GraphRecurrence } from './graph-operations.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** A value of the ONNX graph by its name there. */
export interface OnnxValue {
  readonly name: string;
  readonly type: 'float32' | 'int64';
}

// the numbers of element types in a cast
const [toFloat32, toInt32, toInt64, toFloat64] = [1, 6, 7, 11];
/** end of a slice that goes to the end */
const endless = 2 ** 31 - 1;

/** The operations as nodes of an ONNX graph. */
export function onnxOperations(graph: OnnxGraph): GraphOperations<OnnxValue> {
  const { node } = graph;
  const constants = new Map<string, string>();
  const places = new WeakMap<object, number>();
  let placeCount = 0;

  const float = (name: string): OnnxValue => ({ name, type: 'float32' });
  const whole = (name: string): OnnxValue => ({ name, type: 'int64' });
  const same = ({ type }: OnnxValue, name: string): OnnxValue => ({ name, type });
  const integers = (...values: number[]) => graph.integers(values);
  const transposed = (x: string, perm: readonly number[]) => node('Transpose', [x], { perm });
  const channelsFirst = (x: string) => transposed(x, [0, 2, 1]);
  const scalar = (value: number) => once(`scalar ${value}`, () => graph.floats([], Float32Array.of(value)));
  const operand = ({ type }: OnnxValue, y: OnnxValue | number) => {
    if (typeof y !== 'number') return y.name;
    return type === 'float32' ? scalar(y) : graph.integers([y], []);
  };
  const unary = (operator: string) => (x: OnnxValue) => float(node(operator, [x.name]));
  const binary = (operator: string) => (x: OnnxValue, y: OnnxValue | number) => same(x, node(operator, [x.name, operand(x, y)]));
  const overLast = (operator: string) => (x: OnnxValue) => float(node(operator, [x.name], { axis: -1 }));
  const reduced =
    (operator: string) =>
    (x: OnnxValue, axis: number, keep = true) =>
      same(x, node(operator, [x.name, integers(axis)], { keepdims: keep ? 1 : 0 }));

  return {
    constant: (values) => ({ name: constant(values), type: values.dtype === 'float32' ? 'float32' : 'int64' }),
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: binary('Div'),
    maximum: binary('Max'),
    minimum: binary('Min'),
    less: (x, y) => float(node('Cast', [node('Less', [x.name, operand(x, y)])], { to: toFloat32 })),
    toFloat: (x) => float(node('Cast', [x.name], { to: toFloat32 })),
    round: (x) => whole(node('Cast', [node('Round', [x.name])], { to: toInt64 })),
    relu: unary('Relu'),
    sigmoid: unary('Sigmoid'),
    tanh: unary('Tanh'),
    gelu: unary('Gelu'),
    exp: unary('Exp'),
    log: unary('Log'),
    sqrt: unary('Sqrt'),
    sin: unary('Sin'),
    cos: unary('Cos'),
    softmax: overLast('Softmax'),
    logSoftmax: overLast('LogSoftmax'),
    matMul: (x, y) => float(node('MatMul', [x.name, y.name])),
    affine(x, weight, bias) {
      const product = node('MatMul', [x.name, once(`${keyOf(weight)} transposed`, () => made(() => tf.transpose(weight)))]);
      return float(bias ? node('Add', [product, constant(bias)]) : product);
    },
    convolution(x, { weight, bias, stride = 1, dilation = 1, padding = [0, 0], groups = 1 }) {
      const inputs = [channelsFirst(x.name), constant(weight), ...(bias ? [constant(bias)] : [])];
      const attributes = { strides: [stride], dilations: [dilation], pads: padding, group: groups };
      return float(channelsFirst(node('Conv', inputs, attributes)));
    },
    layerNorm(x, { weight, bias, epsilon }) {
      if (weight && bias) {
        const inputs = [x.name, constant(weight), constant(bias)];
        return float(node('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } }));
      }
      const centered = node('Sub', [x.name, node('ReduceMean', [x.name, integers(-1)])]);
      const variance = node('ReduceMean', [node('Mul', [centered, centered]), integers(-1)]);
      const normal = node('Div', [centered, node('Sqrt', [node('Add', [variance, scalar(epsilon)])])]);
      const scaled = weight ? node('Mul', [normal, constant(weight)]) : normal;
      return float(bias ? node('Add', [scaled, constant(bias)]) : scaled);
    },
    stepNorm(x, { weight, bias, epsilon }) {
      const inputs = [channelsFirst(x.name), constant(weight), constant(bias)];
      return float(channelsFirst(node('InstanceNormalization', inputs, { epsilon: { float: epsilon } })));
    },
    recurrence(x, lengths, kind, directions) {
      const hidden = directions[0]!.hiddenWeight.shape[1];
      const weights = recurrentWeights(kind, directions);
      const inputs = [transposed(x.name, [1, 0, 2]), ...weights, node('Cast', [lengths.name], { to: toInt32 })];
      // (steps, directions, batch, hidden)
      const output = node(kind, inputs, {
        hidden_size: hidden,
        direction: directions.length === 2 ? 'bidirectional' : 'forward',
        ...(kind === 'GRU' && { linear_before_reset: 1 }),
      });
      return float(node('Reshape', [transposed(output, [2, 0, 1, 3]), integers(0, 0, directions.length * hidden)]));
    },
    powerSpectrum(frames, samples, size) {
      const columns = 2 * (size / 2 + 1);
      const basis = once(`basis ${samples} ${size}`, () => graph.doubles([samples, columns], fourierBasis(samples, size)));
      const parts = node('MatMul', [node('Cast', [frames.name], { to: toFloat64 }), basis]);
      const squares = graph.nodes('Split', [node('Mul', [parts, parts])], 2, { axis: -1, num_outputs: 2 });
      return float(node('Cast', [node('Add', squares)], { to: toFloat32 }));
    },
    sum: reduced('ReduceSum'),
    mean: reduced('ReduceMean'),
    max: reduced('ReduceMax'),
    transpose: (x, axes) => same(x, transposed(x.name, axes)),
    reshape: (x, shape) => same(x, node('Reshape', [x.name, integers(...shape)])),
    expandDims: (x, axis) => same(x, node('Unsqueeze', [x.name, integers(axis)])),
    squeeze: (x, axis) => same(x, node('Squeeze', [x.name, integers(axis)])),
    concat(parts, axis) {
      const names = parts.map(({ name }) => name);
      return same(parts[0]!, node('Concat', names, { axis }));
    },
    split(x, sizes, axis) {
      if (sizes.length === 1) return [x];
      return graph.nodes('Split', [x.name, integers(...sizes)], sizes.length, { axis }).map((name) => same(x, name));
    },
    slice(x, axis, from, to = endless, every = 1) {
      const place = (at: number | OnnxValue) => (typeof at === 'number' ? integers(at) : at.name);
      return same(x, node('Slice', [x.name, place(from), place(to), integers(axis), integers(every)]));
    },
    steps: (x, axis = 1) => whole(node('Shape', [x.name], { start: axis, end: axis + 1 })),
    range(count) {
      const plain = (name: string) => node('Squeeze', [name]);
      return whole(node('Range', [graph.integers([0], []), plain(count.name), graph.integers([1], [])]));
    },
    gather: (x, indices, axis) => same(x, node('Gather', [x.name, indices.name], { axis })),
    gatherSteps: (x, indices) => same(x, node('GatherND', [x.name, node('Unsqueeze', [indices.name, integers(-1)])], { batch_dims: 1 })),
    eachRow({ values, lengths }, describe) {
      const count = node('Squeeze', [node('Shape', [values.name], { start: 0, end: 1 })]);
      const types: OnnxValue['type'][] = [];
      const outputs = graph.turns(count, (turn) => {
        const place = node('Unsqueeze', [turn, integers(0)]);
        const row = (x: OnnxValue) => same(x, node('Gather', [x.name, place], { axis: 0 }));
        const results = describe({ values: row(values), lengths: row(lengths) });
        types.push(...results.map(({ type }) => type));
        return results.map(({ name, type }) => ({ name: node('Squeeze', [name, integers(0)]), type }));
      });
      return outputs.map((name, index) => ({ name, type: types[index]! }));
    },
    onnx(part, inputs, outputs) {
      const names = Object.fromEntries(Object.entries(inputs).map(([input, { name }]) => [input, name]));
      return graph.part(part, names, outputs).map(float);
    },
  };

  function once(key: string, make: () => string): string {
    const known = constants.get(key);
    if (known !== undefined) return known;
    const name = make();
    constants.set(key, name);
    return name;
  }

  /** Tensors of the same values and shape, such as one weight in two places, are written once. */
  function keyOf({ dataId, shape }: tf.Tensor): string {
    if (!places.has(dataId)) places.set(dataId, placeCount++);
    return `${places.get(dataId)} [${shape}]`;
  }

  function constant(tensor: tf.Tensor): string {
    return once(keyOf(tensor), () => added(tensor));
  }

  /** A constant out of what is computed now. */
  function made(make: () => tf.Tensor): string {
    return tf.tidy(() => added(make()) as unknown as tf.Scalar) as unknown as string;
  }

  // read when the graph is finished, since some engines answer later
  function added(tensor: tf.Tensor): string {
    const kept = tf.keep(tf.clone(tensor));
    const values = kept.data().finally(() => kept.dispose());
    if (tensor.dtype === 'float32') return graph.floats(tensor.shape, values as Promise<Float32Array>);
    return graph.integers(tensor.dataSync(), tensor.shape);
  }

  /** Weights as ONNX wants them: (directions, gates * hidden, inputs), the same of the state, and the biases of both side by side. */
  function recurrentWeights(kind: 'LSTM' | 'GRU' | 'RNN', directions: readonly GraphRecurrence[]): string[] {
    const inOrder = <T extends tf.Tensor>(weight: T): T => {
      // PyTorch has input, forget, cell, output and reset, update, new
      const order = { LSTM: [0, 3, 1, 2], GRU: [1, 0, 2], RNN: [0] }[kind];
      const gates = tf.split(weight, order.length, 0);
      return tf.concat(
        order.map((gate) => gates[gate]!),
        0,
      ) as T;
    };
    return [
      made(() => tf.stack(directions.map(({ inputWeight }) => inOrder(inputWeight)))),
      made(() => tf.stack(directions.map(({ hiddenWeight }) => inOrder(hiddenWeight)))),
      made(() => tf.stack(directions.map(({ inputBias, hiddenBias }) => tf.concat([inOrder(inputBias), inOrder(hiddenBias)], 0)))),
    ];
  }
}
