import * as tf from '@tensorflow/tfjs-core';
import { beforeEachStep, inOrder, joined, type Order, recurrentWeightGradient, throughSigmoid, throughTanh } from './recurrence.ts';

/**
 * The recurrence of a gated recurrent unit over time, from a zero state, in one direction; its backward pass is written by hand.
 *
 * Gates come in PyTorch's order: reset, update, new. As there, the reset gate weighs what the state gives to the
 * new gate after its weight and bias.
 *
 * Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.
 *
 * @param projected (steps, batch, 3 * hidden) what the input adds to the gates, biases included, `newBias` left out
 * @param weight (3 * hidden, hidden) recurrent weight
 * @param newBias (hidden,) recurrent bias of the new gate
 * @returns (steps, batch, hidden)
 */
export function gruRecurrence(projected: tf.Tensor3D, weight: tf.Tensor2D, newBias: tf.Tensor1D, order: Order): tf.Tensor3D {
  return tf.customGrad((x, w, b, save) => {
    const pass = forward(x as tf.Tensor3D, w as tf.Tensor2D, b as tf.Tensor1D, order);
    (save as tf.GradSaveFunc)([w as tf.Tensor, pass.hidden, pass.sigmoids, pass.fromState, pass.candidates]);
    return { value: pass.hidden, gradFunc: (derivative, kept) => backward(derivative as tf.Tensor3D, passOf(kept as tf.Tensor[]), order) };
  })(projected, weight, newBias) as tf.Tensor3D;
}

/** What the steps have left, (steps, batch, ...). */
interface Pass {
  readonly weight: tf.Tensor2D;
  readonly hidden: tf.Tensor3D;
  /** reset and update gates */
  readonly sigmoids: tf.Tensor3D;
  /** what the state gives to the new gate, before the reset gate weighs it */
  readonly fromState: tf.Tensor3D;
  /** output of the new gate */
  readonly candidates: tf.Tensor3D;
}

function passOf([weight, hidden, sigmoids, fromState, candidates]: readonly tf.Tensor[]): Pass {
  return { weight, hidden, sigmoids, fromState, candidates } as Pass;
}

function forward(projected: tf.Tensor3D, weight: tf.Tensor2D, newBias: tf.Tensor1D, order: Order): Pass {
  const [count, batch, gateSizes] = projected.shape;
  const size = gateSizes / 3;
  // transposed once: engines copy, or are slow, at every step
  const recurrent = tf.transpose(weight);
  const done = Array.from({ length: 4 }, () => new Array<tf.Tensor2D>(count));
  const [sigmoids, fromState, candidates, hidden] = done as [tf.Tensor2D[], tf.Tensor2D[], tf.Tensor2D[], tf.Tensor2D[]];
  const [forSigmoids, forCandidates] = tf.tidy(() => tf.split(projected, [2 * size, size], -1).map((tensor) => tf.unstack(tensor))) as [
    tf.Tensor2D[],
    tf.Tensor2D[],
  ];
  let last: number | undefined;
  for (const at of inOrder(count, order)) {
    const results = tf.tidy(() => {
      const product = last === undefined ? tf.zeros<tf.Rank.R2>([batch, gateSizes]) : tf.matMul(hidden[last]!, recurrent);
      const [toSigmoids, toCandidate] = tf.split(product, [2 * size, size], -1) as [tf.Tensor2D, tf.Tensor2D];
      const opened = tf.sigmoid(tf.add(forSigmoids[at]!, toSigmoids));
      const [reset, update] = tf.split(opened, 2, -1) as [tf.Tensor2D, tf.Tensor2D];
      const state = tf.add(toCandidate, newBias);
      const candidate = tf.tanh(tf.add(forCandidates[at]!, tf.mul(reset, state)));
      const kept = last === undefined ? tf.neg(candidate) : tf.sub(hidden[last]!, candidate);
      return [opened, state, candidate, tf.add(candidate, tf.mul(update, kept))];
    });
    done.forEach((list, part) => {
      list[at] = results[part] as tf.Tensor2D;
    });
    tf.dispose([forSigmoids[at]!, forCandidates[at]!]);
    last = at;
  }
  recurrent.dispose();
  return { weight, hidden: joined(hidden), sigmoids: joined(sigmoids), fromState: joined(fromState), candidates: joined(candidates) };
}

function backward(derivative: tf.Tensor3D, pass: Pass, order: Order): [tf.Tensor3D, tf.Tensor2D, tf.Tensor1D] {
  const { weight, hidden } = pass;
  const [count, batch, size] = hidden.shape;
  const { byGate, updates, byCandidate } = slopes(pass, order);
  const derivatives = tf.unstack(derivative) as tf.Tensor2D[];
  const taken = inOrder(count, order);
  const [dHiddens, dProducts] = [new Array<tf.Tensor2D>(count), new Array<tf.Tensor2D>(count)];
  let late: tf.Tensor2D | undefined;
  for (const at of [...taken].reverse()) {
    const after: tf.Tensor2D | undefined = late;
    const [dHidden, dProduct, toHidden] = tf.tidy(() => {
      const whole = after ? tf.add(derivatives[at]!, after) : tf.clone(derivatives[at]!);
      // the same derivative times the slope of each gate
      const product = tf.reshape(tf.mul(tf.reshape(whole, [batch, 1, size]), byGate[at]!), [batch, 3 * size]) as tf.Tensor2D;
      return at === taken[0] ? [whole, product] : [whole, product, tf.add(tf.mul(whole, updates[at]!), tf.matMul(product, weight))];
    }) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D | undefined];
    tf.dispose([after, derivatives[at]!, byGate[at]!, updates[at]!].filter((tensor) => tensor !== undefined));
    [dHiddens[at], dProducts[at], late] = [dHidden, dProduct, toHidden];
  }
  const [dHidden, dProduct] = [joined(dHiddens), joined(dProducts)];
  return tf.tidy(() => {
    const [dSigmoids, dState] = tf.split(dProduct, [2 * size, size], -1) as [tf.Tensor3D, tf.Tensor3D];
    const dProjected = tf.concat([dSigmoids, tf.mul(dHidden, byCandidate) as tf.Tensor3D], -1);
    return [dProjected, recurrentWeightGradient(dProduct, hidden, order), tf.sum(dState, [0, 1])] as unknown as tf.Tensor;
  }) as unknown as [tf.Tensor3D, tf.Tensor2D, tf.Tensor1D];
}

/** Derivatives inside each step by its output, for all steps together: they need nothing of the steps after. */
function slopes({ hidden, sigmoids, fromState, candidates }: Pass, order: Order) {
  const [count, batch, size] = hidden.shape;
  const [byGate, updates, byCandidate] = tf.tidy(() => {
    const [reset, update] = tf.split(sigmoids, 2, -1) as [tf.Tensor3D, tf.Tensor3D];
    const candidate = throughTanh(tf.sub(1, update) as tf.Tensor3D, candidates);
    const ofSigmoids = throughSigmoid(
      tf.concat([tf.mul(candidate, fromState), tf.sub(beforeEachStep(hidden, order), candidates)], -1) as tf.Tensor3D,
      sigmoids,
    );
    const ofGates = tf.reshape(tf.concat([ofSigmoids, tf.mul(candidate, reset)], -1), [count, batch, 3, size]);
    return [tf.unstack(ofGates), tf.unstack(update), candidate];
  }) as [tf.Tensor3D[], tf.Tensor2D[], tf.Tensor3D];
  return { byGate, updates, byCandidate };
}
