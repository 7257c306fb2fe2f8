import { InputError, StateError } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import fixture from '../fixtures/torch-optim.json' with { type: 'json' };
import { optimizer } from './optimizer.ts';
import { optimizerSettings, resolveOptimizer } from './optimizer-settings.ts';

const makeWeights = () =>
  new Map([
    ['model.weight', tf.variable(hashTensor({ shape: [2, 3], p: 0 }))],
    ['model.bias', tf.variable(hashTensor({ shape: [2], p: 1 }))],
  ]);

/** The recorded problem: gradients depend on the weights, so that errors add up. */
const gradientsOf = (step: number, weights: ReadonlyMap<string, tf.Variable>) =>
  new Map<string, tf.Tensor>([
    [
      'model.weight',
      tf.tidy(() => tf.add(hashTensor({ shape: [2, 3], p: 10 + 2 * step, scale: 0.5 }), tf.mul(weights.get('model.weight')!, 0.3))),
    ],
    [
      'model.bias',
      tf.tidy(() => tf.add(hashTensor({ shape: [2], p: 11 + 2 * step, scale: 0.5 }), tf.mul(weights.get('model.bias')!, 0.3))),
    ],
  ]);

const settingsOf = (given: object) => resolveOptimizer(optimizerSettings.parse(given));
const valuesOf = (weights: ReadonlyMap<string, tf.Variable>) => [...weights.values()].map((weight) => [...weight.dataSync()]);

function steps(
  weights: ReadonlyMap<string, tf.Variable>,
  made: ReturnType<typeof optimizer>,
  learningRate: number,
  from: number,
  to: number,
): void {
  for (let step = from; step < to; step++) {
    const gradients = gradientsOf(step, weights);
    made.step(gradients, { learningRate });
    tf.dispose([...gradients.values()]);
  }
}

describe('optimizer', () => {
  it.each(['AdamW', 'SGD', 'Adagrad'])('gives weights that are updated together what each would get alone: %s', (name) => {
    const settings = settingsOf({ name, learningRate: 0.1 });
    const [joined, alone] = [makeWeights(), makeWeights()];
    const all = optimizer(joined, settings);
    const each = new Map([...alone].map(([weight, variable]) => [weight, optimizer(new Map([[weight, variable]]), settings)]));
    for (let step = 0; step < 4; step++) {
      const gradients = gradientsOf(step, joined);
      // one weight has had an update less from then on
      if (step === 1) gradients.delete('model.bias');
      all.step(gradients, { learningRate: 0.1 }, 0.5);
      for (const [weight, gradient] of gradients) each.get(weight)!.step(new Map([[weight, gradient]]), { learningRate: 0.1 }, 0.5);
      expect(valuesOf(joined)).toEqual(valuesOf(alone));
    }
  });

  for (const { settings, weights: expected } of fixture.optimizers) {
    it(`agrees with torch.optim: ${JSON.stringify(settings)}`, () => {
      const weights = makeWeights();
      const resolved = settingsOf(settings);
      steps(weights, optimizer(weights, resolved), resolved.learningRate, 0, fixture.steps);
      valuesOf(weights).forEach((values, which) => {
        values.forEach((value, index) => void expect(value).toBeCloseTo(expected[which]![index]!, 5.5));
      });
    });

    it(`goes on from a saved state exactly and leaks nothing: ${JSON.stringify(settings)}`, () => {
      const resolved = settingsOf(settings);
      const [straight, resumed] = [makeWeights(), makeWeights()];
      const first = optimizer(straight, resolved);
      steps(straight, first, 0.1, 0, 3);
      const tensorsBefore = tf.memory().numTensors;
      const second = optimizer(resumed, resolved);
      second.loadState(first.state());
      for (const [name, weight] of resumed) weight.assign(straight.get(name)!);
      const held = tf.memory().numTensors - tensorsBefore;
      expect(held).toBe(Object.keys(first.state().tensors).length);
      steps(straight, first, 0.1, 3, 6);
      steps(resumed, second, 0.1, 3, 6);
      expect(valuesOf(resumed)).toEqual(valuesOf(straight));
      expect(tf.memory().numTensors).toBe(tensorsBefore + held);
      second.dispose();
      expect(tf.memory().numTensors).toBe(tensorsBefore);
    });
  }

  it('leaves a weight without gradient as it is, even under weight decay', () => {
    const weights = makeWeights();
    const before = valuesOf(weights)[1];
    const made = optimizer(weights, settingsOf({ name: 'AdamW' }));
    const gradients = gradientsOf(0, weights);
    gradients.delete('model.bias');
    made.step(gradients, { learningRate: 0.1 });
    expect(valuesOf(weights)[1]).toEqual(before);
    expect(made.state().values['steps']).toEqual({ 'model.weight': 1 });
  });

  it('replaces the momentum for one step', () => {
    const [plain, moved] = [makeWeights(), makeWeights()];
    const gradients = gradientsOf(0, plain);
    const one = optimizer(plain, settingsOf({ name: 'Adam', betas: [0.5, 0.999] }));
    const other = optimizer(moved, settingsOf({ name: 'Adam' }));
    for (let step = 0; step < 2; step++) {
      one.step(gradients, { learningRate: 0.1 });
      other.step(gradients, { learningRate: 0.1, momentum: 0.5 });
    }
    expect(valuesOf(moved)).toEqual(valuesOf(plain));
  });

  it('refuses the state of another optimizer or other weights, naming each', () => {
    const weights = makeWeights();
    const made = optimizer(weights, settingsOf({ name: 'Adam' }));
    const state = {
      tensors: { 'model.other.exp_avg': tf.scalar(0), 'model.bias.exp_avg': tf.zeros([3]) },
      values: { name: 'SGD', steps: { 'model.bias': 1 } },
    };
    expect(() => made.loadState(state)).toThrow(StateError);
    expect(() => made.loadState(state)).toThrow(
      /is of SGD, needs Adam[\s\S]*model\.other\.exp_avg: unknown here[\s\S]*shape \[3\], needs \[2\]/,
    );
  });
});

describe('resolveOptimizer', () => {
  it('refuses a setting of another optimizer', () => {
    expect(() => settingsOf({ name: 'Adam', momentum: 0.9 })).toThrow(InputError);
    expect(() => settingsOf({ name: 'Adam', momentum: 0.9 })).toThrow(
      /optimizer\.momentum: found 0\.9; expected nothing, since optimizer\.name is Adam, which reads learningRate/,
    );
  });

  it('refuses nesterov without momentum, as torch does', () => {
    expect(() => settingsOf({ name: 'SGD', nesterov: true })).toThrow(/momentum/);
  });

  it('refuses unknown names', () => {
    expect(() => optimizerSettings.parse({ name: 'Adam', learningrate: 1 })).toThrow(/learningrate/);
  });
});
