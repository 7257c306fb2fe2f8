import * as tf from '@tensorflow/tfjs-core';

/**
 * The recurrence of an LSTM over time, for all directions at once, from zero states.
 *
 * One operation on the tape: the backward pass is written by hand, with everything that does not depend on
 * the next step computed for all steps together, and the gradient of the recurrent weight as one product.
 * Gates come in the order input, forget, output, cell, so that those with a sigmoid lie together.
 *
 * @param projected (directions, steps, batch, 4 * hidden) what the input adds to the gates, biases included, in the order in which steps are taken
 * @param weight (directions, 4 * hidden, hidden) recurrent weight
 * @returns (directions, steps, batch, hidden)
 */
export function lstmRecurrence(projected: tf.Tensor4D, weight: tf.Tensor3D): tf.Tensor4D {
  return tf.customGrad((x, w, save) => {
    const pass = forward(x as tf.Tensor4D, w as tf.Tensor3D);
    (save as tf.GradSaveFunc)([w as tf.Tensor, pass.hidden, pass.sigmoids, pass.candidates, pass.cells, pass.squashed]);
    return { value: pass.hidden, gradFunc: (derivative, kept) => backward(derivative as tf.Tensor4D, passOf(kept as tf.Tensor[])) };
  })(projected, weight) as tf.Tensor4D;
}

/** What the steps have left, (directions, steps, batch, ...). */
interface Pass {
  readonly weight: tf.Tensor3D;
  readonly hidden: tf.Tensor4D;
  /** input, forget and output gates */
  readonly sigmoids: tf.Tensor4D;
  /** what the input gate lets into the cells */
  readonly candidates: tf.Tensor4D;
  readonly cells: tf.Tensor4D;
  /** tanh of the cells */
  readonly squashed: tf.Tensor4D;
}

function passOf([weight, hidden, sigmoids, candidates, cells, squashed]: readonly tf.Tensor[]): Pass {
  return { weight, hidden, sigmoids, candidates, cells, squashed } as Pass;
}

function forward(projected: tf.Tensor4D, weight: tf.Tensor3D): Pass {
  const size = projected.shape[3] / 4;
  // transposed once: engines copy, or are slow, at every step
  const recurrent = tf.tidy(() => pieces(tf.transpose(weight, [0, 2, 1])));
  const done: [tf.Tensor3D[], tf.Tensor3D[], tf.Tensor3D[], tf.Tensor3D[], tf.Tensor3D[]] = [[], [], [], [], []];
  const [sigmoids, candidates, cells, squashed, hidden] = done;
  for (const step of tf.unstack(projected, 1) as tf.Tensor3D[]) {
    const [cellBefore, hiddenBefore] = [cells.at(-1), hidden.at(-1)];
    const results = tf.tidy(() => {
      const gates = hiddenBefore ? tf.add(step, productByDirection(hiddenBefore, recurrent)) : step;
      const [forSigmoid, forTanh] = tf.split(gates, [3 * size, size], -1) as [tf.Tensor3D, tf.Tensor3D];
      const opened = tf.sigmoid(forSigmoid);
      const candidate = tf.tanh(forTanh);
      const [input, forget, output] = tf.split(opened, 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      const entering = tf.mul(input, candidate);
      const cell = (cellBefore ? tf.add(tf.mul(forget, cellBefore), entering) : entering) as tf.Tensor3D;
      const squash = tf.tanh(cell);
      return [opened, candidate, cell, squash, tf.mul(output, squash) as tf.Tensor3D];
    });
    done.forEach((list, part) => void list.push(results[part]!));
    step.dispose();
  }
  tf.dispose(recurrent);
  const joined = (list: tf.Tensor3D[]) => {
    const whole = tf.stack(list, 1) as tf.Tensor4D;
    tf.dispose(list);
    return whole;
  };
  return {
    weight,
    hidden: joined(hidden),
    sigmoids: joined(sigmoids),
    candidates: joined(candidates),
    cells: joined(cells),
    squashed: joined(squashed),
  };
}

function backward(derivative: tf.Tensor4D, pass: Pass): [tf.Tensor4D, tf.Tensor3D] {
  const { weight, hidden } = pass;
  const [, count, batch] = hidden.shape;
  const { byGate, byHidden, forgets } = slopes(pass);

  const recurrent = pieces(weight);
  const byGates: tf.Tensor3D[] = new Array(count);
  let [fromHidden, fromCell]: [tf.Tensor3D | undefined, tf.Tensor3D | undefined] = [undefined, undefined];
  const derivatives = tf.unstack(derivative, 1) as tf.Tensor3D[];
  for (let step = count - 1; step >= 0; step--) {
    const [late, next]: [tf.Tensor3D | undefined, tf.Tensor3D | undefined] = [fromHidden, fromCell];
    const [gate, toHidden, toCell] = tf.tidy(() => {
      const dHidden = late ? tf.add(derivatives[step]!, late) : derivatives[step]!;
      const through = tf.mul(dHidden, byHidden[step]!);
      const dCell = next ? tf.add(next, through) : through;
      const dGates = tf.mul(tf.concat([dCell, dCell, dHidden, dCell], -1), byGate[step]!) as tf.Tensor3D;
      return step === 0 ? [dGates] : [dGates, productByDirection(dGates, recurrent), tf.mul(dCell, forgets[step]!) as tf.Tensor3D];
    }) as [tf.Tensor3D, tf.Tensor3D | undefined, tf.Tensor3D | undefined];
    tf.dispose([late, next, derivatives[step]!, byGate[step]!, byHidden[step]!, forgets[step]!].filter((tensor) => tensor !== undefined));
    byGates[step] = gate;
    [fromHidden, fromCell] = [toHidden, toCell];
  }
  const dProjected = tf.stack(byGates, 1) as tf.Tensor4D;
  tf.dispose(byGates);

  // one product for each direction: engines are several times slower at batches of them
  const rows = (direction: tf.Tensor, from: number) =>
    tf.reshape(tf.slice(direction, [from, 0, 0], [count - 1, -1, -1]), [(count - 1) * batch, direction.shape[2]!]) as tf.Tensor2D;
  const hiddens = pieces(hidden);
  const dWeights =
    count === 1 ? [] : pieces(dProjected).map((direction, index) => tf.matMul(rows(direction, 1), rows(hiddens[index]!, 0), true, false));
  const dWeight: tf.Tensor3D = dWeights.length === 0 ? tf.zerosLike(weight) : (tf.stack(dWeights) as tf.Tensor3D);
  return [dProjected, dWeight];
}

/** Derivatives inside each step, for all steps together, then step by step: they need nothing of the steps after. */
function slopes({ sigmoids, candidates, cells, squashed }: Pass): {
  byGate: tf.Tensor3D[];
  byHidden: tf.Tensor3D[];
  forgets: tf.Tensor3D[];
} {
  const steps = (tensor: tf.Tensor) => tf.unstack(tensor, 1) as tf.Tensor3D[];
  const [byGate, byHidden, forgets] = tf.tidy(() => {
    const [input, forget, output] = tf.split(sigmoids, 3, -1) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const before = tf.slice(
      tf.pad(cells, [
        [0, 0],
        [1, 0],
        [0, 0],
        [0, 0],
      ]),
      [0, 0, 0, 0],
      cells.shape,
    );
    const ofSigmoids = tf.mul(tf.mul(sigmoids, tf.sub(1, sigmoids)), tf.concat([candidates, before, squashed], -1));
    const ofCandidates = tf.mul(input, tf.sub(1, tf.square(candidates)));
    return [tf.concat([ofSigmoids, ofCandidates], -1), tf.mul(output, tf.sub(1, tf.square(squashed))), tf.clone(forget)];
  }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const all = { byGate: steps(byGate), byHidden: steps(byHidden), forgets: steps(forgets) };
  tf.dispose([byGate, byHidden, forgets]);
  return all;
}

/** (directions, batch, from) times one (from, to) for each direction, as products of two matrices. */
function productByDirection(x: tf.Tensor3D, weights: readonly tf.Tensor[]): tf.Tensor3D {
  return tf.stack(pieces(x).map((direction, index) => tf.matMul(direction as tf.Tensor2D, weights[index] as tf.Tensor2D))) as tf.Tensor3D;
}

/** The tensors along the first axis. */
function pieces(tensor: tf.Tensor): tf.Tensor[] {
  return tensor.shape[0] === 1 ? [tf.squeeze(tensor, [0])] : tf.unstack(tensor);
}
