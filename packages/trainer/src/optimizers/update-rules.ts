import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerName, ResolvedOptimizer } from './optimizer-settings.ts';

/** One weight, its gradient and what is remembered of earlier gradients. */
export interface Update {
  readonly weight: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** by name; empty at the first step */
  readonly slots: { readonly [slot: string]: tf.Tensor };
  /** updates of this weight including this one, from 1 */
  readonly step: number;
  readonly learningRate: number;
  readonly settings: ResolvedOptimizer;
}

/** The new weight, and the new slots. */
export interface Updated {
  readonly weight: tf.Tensor;
  readonly slots: { readonly [slot: string]: tf.Tensor };
}

/** Slot names are torch's. Formulas are those of `torch.optim` 2.5 with constant factors drawn together. */
export const updateRules: { readonly [Name in OptimizerName]: (update: Update) => Updated } = {
  Adam: (update) => adam({ ...update, gradient: decayed(update) }),

  AdamW({ weight, ...update }) {
    const { weightDecay } = update.settings;
    return adam({ ...update, weight: weightDecay === 0 ? weight : tf.mul(weight, 1 - update.learningRate * weightDecay) });
  },

  SGD(update) {
    const { weight, slots, learningRate, settings } = update;
    const gradient = decayed(update);
    const momentum = settings.momentum!;
    if (momentum === 0) return { weight: tf.sub(weight, tf.mul(gradient, learningRate)), slots: {} };
    const last = slots['momentum_buffer'];
    const buffer = last ? tf.add(tf.mul(last, momentum), tf.mul(gradient, 1 - settings.dampening!)) : gradient;
    const direction = settings.nesterov ? tf.add(gradient, tf.mul(buffer, momentum)) : buffer;
    return { weight: tf.sub(weight, tf.mul(direction, learningRate)), slots: { momentum_buffer: buffer } };
  },

  RMSprop(update) {
    const { weight, slots, learningRate, settings } = update;
    const gradient = decayed(update);
    const square = running(slots['square_avg'], tf.square(gradient), settings.alpha!);
    const next: { [slot: string]: tf.Tensor } = { square_avg: square };
    let variance = square;
    if (settings.centered) {
      const mean = running(slots['grad_avg'], gradient, settings.alpha!);
      next['grad_avg'] = mean;
      variance = tf.sub(square, tf.square(mean));
    }
    let direction = tf.div(gradient, tf.add(tf.sqrt(variance), settings.epsilon!));
    if (settings.momentum! > 0) {
      const last = slots['momentum_buffer'];
      if (last) direction = tf.add(tf.mul(last, settings.momentum!), direction);
      next['momentum_buffer'] = direction;
    }
    return { weight: tf.sub(weight, tf.mul(direction, learningRate)), slots: next };
  },

  Adagrad(update) {
    const { weight, slots, step, learningRate, settings } = update;
    const gradient = decayed(update);
    const rate = learningRate / (1 + (step - 1) * settings.learningRateDecay!);
    const sum = tf.add(slots['sum'] ?? settings.initialAccumulator!, tf.square(gradient));
    return { weight: tf.sub(weight, tf.div(tf.mul(gradient, rate), tf.add(tf.sqrt(sum), settings.epsilon!))), slots: { sum } };
  },

  Adadelta(update) {
    const { weight, slots, learningRate, settings } = update;
    const gradient = decayed(update);
    const epsilon = settings.epsilon!;
    const square = running(slots['square_avg'], tf.square(gradient), settings.rho!);
    const lastDelta = slots['acc_delta'] ?? tf.zerosLike(weight);
    const delta = tf.mul(tf.sqrt(tf.div(tf.add(lastDelta, epsilon), tf.add(square, epsilon))), gradient);
    return {
      weight: tf.sub(weight, tf.mul(delta, learningRate)),
      slots: { square_avg: square, acc_delta: running(lastDelta, tf.square(delta), settings.rho!) },
    };
  },

  Adamax(update) {
    const { weight, slots, step, learningRate, settings } = update;
    const gradient = decayed(update);
    const [beta1, beta2] = settings.betas!;
    const mean = running(slots['exp_avg'], gradient, beta1);
    const size = tf.add(tf.abs(gradient), settings.epsilon!);
    const largest = slots['exp_inf'] ? tf.maximum(tf.mul(slots['exp_inf'], beta2), size) : size;
    const rate = learningRate / (1 - beta1 ** step);
    return { weight: tf.sub(weight, tf.div(tf.mul(mean, rate), largest)), slots: { exp_avg: mean, exp_inf: largest } };
  },
};

function adam({ weight, gradient, slots, step, learningRate, settings }: Update): Updated {
  const [beta1, beta2] = settings.betas!;
  const mean = running(slots['exp_avg'], gradient, beta1);
  const square = running(slots['exp_avg_sq'], tf.square(gradient), beta2);
  const next: { [slot: string]: tf.Tensor } = { exp_avg: mean, exp_avg_sq: square };
  let divisor = square;
  if (settings.amsgrad) {
    const last = slots['max_exp_avg_sq'];
    divisor = last ? tf.maximum(last, square) : square;
    next['max_exp_avg_sq'] = divisor;
  }
  // both bias corrections go into the two scalars, which saves two passes over the weights
  const correction = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * correction) / (1 - beta1 ** step);
  return { weight: tf.sub(weight, tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(divisor), settings.epsilon! * correction))), slots: next };
}

/** Weight decay as an L2 penalty: the gradient of it added. */
function decayed({ weight, gradient, settings }: Update): tf.Tensor {
  return settings.weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, settings.weightDecay));
}

function running(last: tf.Tensor | undefined, value: tf.Tensor, decay: number): tf.Tensor {
  const share = tf.mul(value, 1 - decay);
  return last ? tf.add(tf.mul(last, decay), share) : share;
}
