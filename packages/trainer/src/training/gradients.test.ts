import { WiringError } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import fixture from '../fixtures/torch-optim.json' with { type: 'json' };
import { addGradients, clippingScale, globalNorm, gradientsOf } from './gradients.ts';

const weight = tf.variable(tf.tensor1d([2, 3]));
const unused = tf.variable(tf.scalar(1));
const weights = new Map<string, tf.Variable>([
  ['model.weight', weight],
  ['model.unused', unused],
]);

describe('gradientsOf', () => {
  it('names the gradients, and leaves out weights without one', () => {
    const before = tf.memory().numTensors;
    const gradients = gradientsOf(() => tf.sum(tf.square(weight)), weights);
    expect([...gradients].map(([name, gradient]) => [name, [...gradient.dataSync()]])).toEqual([['model.weight', [4, 6]]]);
    tf.dispose([...gradients.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a loss that is no number, or depends on nothing', () => {
    expect(() => gradientsOf(() => tf.square(weight), weights)).toThrow(WiringError);
    expect(() => gradientsOf(() => tf.square(weight), weights)).toThrow(/gives a loss of shape \[2\]/);
    expect(() => gradientsOf(() => tf.scalar(1), weights)).toThrow(/depends on no weight/);
  });

  it('lets errors of the step through', () => {
    const failing = () => {
      throw new RangeError('too short');
    };
    expect(() => gradientsOf(failing, weights)).toThrow(RangeError);
  });
});

describe('clipping', () => {
  it("agrees with torch's clip_grad_norm_", async () => {
    const gradients = new Map<string, tf.Tensor>([
      ['weight', tf.add(hashTensor({ shape: [6], p: 10, scale: 0.5 }), tf.mul(hashTensor({ shape: [6], p: 0 }), 0.3))],
      ['bias', tf.add(hashTensor({ shape: [2], p: 11, scale: 0.5 }), tf.mul(hashTensor({ shape: [2], p: 1 }), 0.3))],
    ]);
    const norm = await globalNorm(gradients);
    expect(norm).toBeCloseTo(fixture.clipping.norm, 5);
    const scale = clippingScale(norm, fixture.clipping.maxNorm);
    [...gradients.values()].forEach((gradient, which) => {
      gradient.dataSync().forEach((value, index) => void expect(value * scale).toBeCloseTo(fixture.clipping.gradients[which]![index]!, 6));
    });
  });

  it('leaves small gradients as they are, and all where there is no limit', () => {
    expect(clippingScale(0.5, 1)).toBe(1);
    expect(clippingScale(1e9, null)).toBe(1);
  });

  it('sees NaN and infinity', async () => {
    expect(await globalNorm(new Map([['a', tf.tensor1d([1, Number.NaN])]]))).toBeNaN();
    expect(
      await globalNorm(
        new Map([
          ['a', tf.scalar(1)],
          ['b', tf.scalar(Number.POSITIVE_INFINITY)],
        ]),
      ),
    ).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('addGradients', () => {
  it('adds what both have and keeps what one has', () => {
    const sum = addGradients(
      new Map([['a', tf.scalar(1)]]),
      new Map([
        ['a', tf.scalar(2)],
        ['b', tf.scalar(5)],
      ]),
    );
    expect([...sum].map(([name, gradient]) => [name, gradient.dataSync()[0]])).toEqual([
      ['a', 3],
      ['b', 5],
    ]);
  });
});
