import * as tf from '@tensorflow/tfjs-core';
import { beforeEachStep, inOrder, joined, type Order, recurrentWeightGradient, throughSigmoid, throughTanh } from './recurrence.ts';

/**
 * The recurrence of an LSTM over time, from zero states, in one direction.
 *
 * One operation on the tape: the backward pass is written by hand, with everything that does not depend on
 * the next step computed for all steps together, and the gradient of the recurrent weight as one product.
 * Gates come in the order input, forget, output, cell, so that those with a sigmoid lie together.
 *
 * One direction at a time, since the weights of one stay in a processor's cache from step to step where those of two do not.
 *
 * @param projected (steps, batch, 4 * hidden) what the input adds to the gates, biases included
 * @param weight (4 * hidden, hidden) recurrent weight
 * @returns (steps, batch, hidden)
 */
export function lstmRecurrence(projected: tf.Tensor3D, weight: tf.Tensor2D, order: Order): tf.Tensor3D {
  return tf.customGrad((x, w, save) => {
    const pass = forward(x as tf.Tensor3D, w as tf.Tensor2D, order);
    (save as tf.GradSaveFunc)([w as tf.Tensor, pass.hidden, pass.sigmoids, pass.candidates, pass.cells, pass.squashed]);
    return { value: pass.hidden, gradFunc: (derivative, kept) => backward(derivative as tf.Tensor3D, passOf(kept as tf.Tensor[]), order) };
  })(projected, weight) as tf.Tensor3D;
}

/** What the steps have left, (steps, batch, ...). */
export interface Pass {
  readonly weight: tf.Tensor2D;
  readonly hidden: tf.Tensor3D;
  /** input, forget and output gates */
  readonly sigmoids: tf.Tensor3D;
  /** what the input gate lets into the cells */
  readonly candidates: tf.Tensor3D;
  readonly cells: tf.Tensor3D;
  /** tanh of the cells */
  readonly squashed: tf.Tensor3D;
}

function passOf([weight, hidden, sigmoids, candidates, cells, squashed]: readonly tf.Tensor[]): Pass {
  return { weight, hidden, sigmoids, candidates, cells, squashed } as Pass;
}

function forward(projected: tf.Tensor3D, weight: tf.Tensor2D, order: Order): Pass {
  const [count, , gateSizes] = projected.shape;
  const size = gateSizes / 4;
  // transposed once: engines copy, or are slow, at every step
  const recurrent = tf.transpose(weight);
  const done = Array.from({ length: 5 }, () => new Array<tf.Tensor2D>(count));
  const [sigmoids, candidates, cells, squashed, hidden] = done as [
    tf.Tensor2D[],
    tf.Tensor2D[],
    tf.Tensor2D[],
    tf.Tensor2D[],
    tf.Tensor2D[],
  ];
  const steps = tf.unstack(projected) as tf.Tensor2D[];
  let last: number | undefined;
  for (const at of inOrder(count, order)) {
    const results = tf.tidy(() => {
      const gates = last === undefined ? steps[at]! : tf.add(steps[at]!, tf.matMul(hidden[last]!, recurrent));
      const [forSigmoid, forTanh] = tf.split(gates, [3 * size, size], -1) as [tf.Tensor2D, tf.Tensor2D];
      const opened = tf.sigmoid(forSigmoid);
      const candidate = tf.tanh(forTanh);
      const [input, forget, output] = tf.split(opened, 3, -1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const entering = tf.mul(input, candidate);
      const cell = last === undefined ? entering : tf.add(tf.mul(forget, cells[last]!), entering);
      const squash = tf.tanh(cell);
      return [opened, candidate, cell, squash, tf.mul(output, squash)];
    });
    done.forEach((list, part) => {
      list[at] = results[part] as tf.Tensor2D;
    });
    steps[at]!.dispose();
    last = at;
  }
  recurrent.dispose();
  return {
    weight,
    hidden: joined(hidden),
    sigmoids: joined(sigmoids),
    candidates: joined(candidates),
    cells: joined(cells),
    squashed: joined(squashed),
  };
}

function backward(derivative: tf.Tensor3D, pass: Pass, order: Order): [tf.Tensor3D, tf.Tensor2D] {
  const { weight, hidden } = pass;
  const { byGate, byHidden, forgets } = slopes(pass, order);
  const derivatives = tf.unstack(derivative) as tf.Tensor2D[];
  const taken = inOrder(hidden.shape[0], order);
  const byGates = new Array<tf.Tensor2D>(taken.length);
  let [fromHidden, fromCell]: [tf.Tensor2D | undefined, tf.Tensor2D | undefined] = [undefined, undefined];
  for (const at of [...taken].reverse()) {
    const [late, next]: [tf.Tensor2D | undefined, tf.Tensor2D | undefined] = [fromHidden, fromCell];
    const [gate, toHidden, toCell] = tf.tidy(() => {
      const dHidden = late ? tf.add(derivatives[at]!, late) : derivatives[at]!;
      const through = tf.mul(dHidden, byHidden[at]!);
      const dCell = next ? tf.add(next, through) : through;
      const dGates = tf.mul(tf.concat([dCell, dCell, dHidden, dCell], -1), byGate[at]!) as tf.Tensor2D;
      return at === taken[0] ? [dGates] : [dGates, tf.matMul(dGates, weight), tf.mul(dCell, forgets[at]!)];
    }) as [tf.Tensor2D, tf.Tensor2D | undefined, tf.Tensor2D | undefined];
    tf.dispose([late, next, derivatives[at]!, byGate[at]!, byHidden[at]!, forgets[at]!].filter((tensor) => tensor !== undefined));
    byGates[at] = gate;
    [fromHidden, fromCell] = [toHidden, toCell];
  }
  const dProjected = joined(byGates);
  return [dProjected, recurrentWeightGradient(dProjected, hidden, order)];
}

/** Derivatives inside each step, for all steps together, then step by step: they need nothing of the steps after. */
function slopes(
  { sigmoids, candidates, cells, squashed }: Pass,
  order: Order,
): { byGate: tf.Tensor2D[]; byHidden: tf.Tensor2D[]; forgets: tf.Tensor2D[] } {
  const [byGate, byHidden, forgets] = tf.tidy(() => {
    const [input, forget, output] = tf.split(sigmoids, 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const ofSigmoids = throughSigmoid(tf.concat([candidates, beforeEachStep(cells, order), squashed], -1), sigmoids);
    const ofCandidates = throughTanh(input, candidates);
    return [tf.concat([ofSigmoids, ofCandidates], -1), throughTanh(output, squashed), tf.clone(forget)].map((tensor) => tf.unstack(tensor));
  }) as [tf.Tensor2D[], tf.Tensor2D[], tf.Tensor2D[]];
  return { byGate, byHidden, forgets };
}
