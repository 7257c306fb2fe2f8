import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { disposeTensors, tensorsOf } from './tensors-of.ts';

describe('disposeTensors', () => {
  it('finds tensors wherever they are, and spares weights', () => {
    const weight = tf.variable(tf.scalar(1));
    const before = tf.memory().numTensors;
    const batch = {
      waveforms: { values: tf.zeros([2, 2]), lengths: [1, 2] },
      list: [tf.scalar(1), 'x', null],
      raw: new Float32Array(9),
      weight,
    };
    expect(tensorsOf(batch)).toHaveLength(2);
    disposeTensors(batch, batch, undefined);
    expect(tf.memory().numTensors).toBe(before);
    expect(weight.isDisposed).toBe(false);
  });
});
