import '@tensorflow/tfjs-backend-cpu';
import { randomStream } from '@s3/interface';
import { normalTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import '../gradients.ts';
import { startNativeIn } from '../native.ts';
import { adamUpdate } from './composed-adam.ts';
import { bestOfRows } from './composed-best.ts';
import { lstmGradients } from './composed-lstm.ts';

/**
 * Starts the native engine in a folder and compares kernels, gradients and a short training with plain JavaScript.
 *
 * @throws Error at the first difference, or for tensors left behind
 */
export async function checkNative(directory: string): Promise<{ libtensorflow: string; kernels: boolean }> {
  const kernels = await startNativeIn(directory);
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  for (const [name, compute] of Object.entries(computations)) await compare(name, compute);
  for (const [name, compute] of Object.entries(kernels ? ownKernels : {})) await compare(name, compute);
  return { libtensorflow: binding.TF_Version, kernels };
}

async function compare(name: string, compute: () => tf.Tensor | tf.Tensor[]): Promise<void> {
  const run = async (backend: string): Promise<number[]> => {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const results = tf.tidy(compute);
    const values = [results].flat().flatMap((tensor) => {
      if (!(tensor instanceof tf.Tensor)) throw new Error(`${name}: ${backend} gives tensors of another copy of TensorFlow.js`);
      return [...tensor.dataSync()];
    });
    tf.dispose(results);
    const left = tf.memory().numTensors - before;
    if (left !== 0) throw new Error(`${name}: ${backend} leaves ${left} tensors behind`);
    return values;
  };
  const [native, expected] = [await run('tensorflow'), await run('cpu')];
  native.forEach((value, index) => {
    const right = expected[index]!;
    if (!(Math.abs(value - right) <= 1e-4 * Math.max(1, Math.abs(right)))) throw new Error(`${name}: ${value} instead of ${right}`);
  });
}

const normal = <T extends tf.Tensor>(...shape: number[]) => normalTensor(shape, 1, randomStream('check', ...shape)) as T;
const squares = (x: tf.Tensor) => tf.sum(tf.square(x));

const computations: { readonly [name: string]: () => tf.Tensor | tf.Tensor[] } = {
  'matrix products': () => [
    tf.matMul(normal(7, 5), normal(5, 3)),
    tf.matMul(normal(5, 7), normal(3, 5), true, true),
    tf.matMul(normal(2, 7, 5), normal(2, 3, 5), false, true),
  ],
  'elementwise kernels and reductions': () => {
    const x = normal<tf.Tensor2D>(9, 11);
    return [
      tf.relu(x),
      tf.sigmoid(x),
      tf.erf(x),
      tf.softmax(x),
      tf.max(x, 0),
      tf.mean(x, 1),
      tf.cumsum(x, 1),
      tf.concat([x, tf.neg(x)], 1),
    ];
  },
  'gradient of a matrix product': () => tf.grads((x, y) => squares(tf.relu(tf.matMul(x!, y!, false, true))))([normal(6, 5), normal(7, 5)]),
  'gradient of a convolution': () =>
    tf.grads((x, filter) => squares(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 1], 'same')))([
      normal(2, 7, 5, 3),
      normal(3, 3, 3, 4),
    ]),
  'gradient of gather': () => tf.grad((x) => squares(tf.gather(x, tf.tensor1d([3, 3, 0], 'int32'))))(normal(4, 3)),
  'gradient of slices, padding and reductions': () =>
    tf.grad((x) =>
      tf.sum(
        tf.mul(
          tf.pad(tf.slice(x, [0, 1], [3, 4]) as tf.Tensor2D, [
            [1, 0],
            [0, 2],
          ]),
          tf.sqrt(tf.sum(tf.square(x))),
        ),
      ),
    )(normal(5, 6)),
  'a training': () => {
    const [weight, bias] = [tf.variable(normal<tf.Tensor2D>(5, 4)), tf.variable(tf.zeros([4]))];
    const [input, target] = [normal<tf.Tensor2D>(8, 5), tf.oneHot([0, 1, 2, 3, 3, 2, 1, 0], 4)];
    const loss = () => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(tf.add(tf.matMul(input, weight), bias)), target), -1))) as tf.Scalar;
    const losses = Array.from({ length: 5 }, () => {
      const { value, grads } = tf.variableGrads(loss, [weight, bias]);
      for (const variable of [weight, bias]) variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.5)));
      return value;
    });
    const trained = tf.clone(weight);
    weight.dispose();
    bias.dispose();
    return [...losses, trained];
  },
};

const factors = [0.5, 0.01, 0.999, 0.9, 0.1, 0.999, 0.001, 0.01, 1e-8];

/** By our own kernels where the backend has them, else composed. */
const ownKernels: { readonly [name: string]: () => tf.Tensor | tf.Tensor[] } = {
  'an LSTM and its gradient': () =>
    [false, true].flatMap((reverse) => lstmGradients(normal(3, 4, 20), normal(20), normal(20, 5), [4, 1, 3], reverse)),
  'an update by Adam': () => adamUpdate(normal(3, 7), normal(3, 7), normal(3, 7), tf.square(normal(3, 7)), factors),
  'moments of the highest values': () => bestOfRows(normal(3, 70), 9),
};
