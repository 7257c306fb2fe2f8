import * as tf from '@tensorflow/tfjs-core';

/**
 * Outputs of an LSTM and the gradients of their sum of squares by all that it is given, for comparisons between
 * engines: by our own kernels where the current one has them, else step by step on the tape.
 *
 * @param projected (batch, steps, 4 * size) gates input, forget, cell, output
 * @param bias (4 * size)
 * @param weight (4 * size, size)
 * @returns outputs (batch, steps, size), gradients by projected, bias and weight
 */
export function lstmGradients(
  projected: tf.Tensor3D,
  bias: tf.Tensor1D,
  weight: tf.Tensor2D,
  lengths: number[],
  reverse: boolean,
): tf.Tensor[] {
  const [, steps, width] = projected.shape;
  if (tf.getKernel('S3LstmForward', tf.getBackend())) {
    const given = { projected, bias, weight, lengths: tf.tensor1d(lengths, 'int32') };
    const [hidden, gates, cells] = run('S3LstmForward', given, { reverse });
    const derivative = tf.mul(hidden!, 2);
    const [byProjected, byBias, lastHidden] = run(
      'S3LstmBackward',
      { derivative, weight, gates: gates!, cells: cells!, hidden: hidden! },
      { reverse },
    );
    const rows = (tensor: tf.Tensor, columns: number) => tf.reshape(tensor, [-1, columns]);
    return [hidden!, byProjected!, byBias!, tf.matMul(rows(byProjected!, width), rows(lastHidden!, width / 4), true, false)];
  }
  const order = Array.from({ length: steps }, (_, index) => (reverse ? steps - 1 - index : index));
  const outputs = (p: tf.Tensor, b: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    // not unstacked: the gradient of that fails for a single step
    const at = (step: number) => tf.reshape(tf.slice(p, [0, step, 0], [-1, 1, -1]), [lengths.length, width]);
    const hidden: tf.Tensor[] = [];
    let [last, cell]: tf.Tensor[] = [tf.zeros([lengths.length, width / 4]), tf.zeros([lengths.length, width / 4])];
    for (const step of order) {
      const valid = tf.tensor2d(lengths.map((length) => [step < length ? 1 : 0]));
      const gates = tf.split(tf.add(tf.add(at(step), b), tf.matMul(last as tf.Tensor2D, w as tf.Tensor2D, false, true)), 4, 1);
      const [input, forget, candidate, output] = [tf.sigmoid(gates[0]!), tf.sigmoid(gates[1]!), tf.tanh(gates[2]!), tf.sigmoid(gates[3]!)];
      cell = tf.mul(valid, tf.add(tf.mul(forget, cell!), tf.mul(input, candidate)));
      last = tf.mul(valid, tf.mul(output, tf.tanh(cell)));
      hidden[step] = last;
    }
    return tf.stack(hidden, 1);
  };
  const squares = (p: tf.Tensor, b: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(outputs(p, b, w)));
  return [outputs(projected, bias, weight), ...tf.grads(squares)([projected, bias, weight])];
}

function run(kernel: string, inputs: tf.NamedTensorMap, attributes: { readonly reverse: boolean }): tf.Tensor[] {
  return tf.engine().runKernel(kernel, inputs, attributes) as unknown as tf.Tensor[];
}
