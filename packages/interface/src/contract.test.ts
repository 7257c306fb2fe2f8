import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connect, defineComponent, InputError, inference, moduleOf, randomStream, S3Error, withDefaults } from './index.ts';
import { affine, linear } from './layers.ts';
import { dropout, layerNorm, lengthMask } from './tensors.ts';
import { framesOf, waveformsOf } from './testing/toy-sequences.ts';
import { toyFeaturizer, toyModel, toyPooling, toyUpstream } from './toy-parts.fixture.ts';

describe('randomStream', () => {
  test('is a function of its key', () => {
    const draws = (...key: (string | number)[]) => Array.from({ length: 5 }, randomStream(...key).uniform);
    expect(draws(1, 'crop', 2)).toEqual(draws(1, 'crop', 2));
    expect(draws(1, 'crop', 2)).not.toEqual(draws(1, 'crop', 3));
    expect(draws(1, 23)).not.toEqual(draws(12, 3));
  });

  test('is uniform, normal and a permutation, for many keys', () => {
    const uniform = Array.from({ length: 20_000 }, (_, key) => randomStream('uniform', key).uniform());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // five standard errors
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(20_000));
    const normal = Array.from({ length: 20_000 }, randomStream('normal').normal);
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(20_000));
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(
      randomStream('order')
        .permutation(50)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(Math.max(...Array.from({ length: 1000 }, () => randomStream('n').integer(3)))).toBeLessThan(3);
  });
});

describe('moduleOf', () => {
  const build = () => {
    const running = tf.variable(tf.zeros([2]), false);
    return moduleOf({ projector: linear(3, 2, randomStream(0)), running });
  };

  test('names weights by their part and trains all but the frozen ones', () => {
    expect(Object.keys(build().state().tensors)).toEqual(['projector.weight', 'projector.bias', 'running']);
    expect(build().trainable).toHaveLength(2);
  });

  test('refuses a state that does not fit, names every tensor, and changes nothing', () => {
    const module = build();
    const before = module.state().tensors['running']!.dataSync();
    const tensors = { 'projector.weight': tf.zeros([3, 2]), running: tf.ones([2]), extra: tf.zeros([1]) };
    const message = (() => {
      try {
        module.loadState({ tensors, values: {} });
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain('projector.weight: has shape [3,2], needs [2,3]');
    expect(message).toContain('projector.bias: missing');
    expect(message).toContain('extra: unknown here');
    expect(module.state().tensors['running']!.dataSync()).toEqual(before);
  });
});

describe('connect', () => {
  test('refuses a downstream for frames of another size, and says how to mend it', () => {
    const upstream = toyUpstream({ cacheDir: '' });
    const featurizer = toyFeaturizer(upstream.layers);
    const downstream = toyPooling({ size: 8, downsampleRate: 160 });
    expect(() => connect(upstream, featurizer, downstream)).toThrow(/takes frames of 8 features.*gives 160.*featurizer.output/s);
    expect(() => connect(upstream, featurizer, toyPooling(featurizer.output), { trainUpstream: true })).toThrow('can only be frozen');
  });

  test('refuses an utterance shorter than the reach of the downstream, in seconds', async () => {
    const upstream = toyUpstream({ cacheDir: '' });
    const featurizer = toyFeaturizer(upstream.layers);
    const model = connect(upstream, featurizer, { ...toyPooling(featurizer.output), minFrames: 15 });
    expect(model.minSamples).toBe(14 * 160 + 1);
    const input = await model.prepare(waveformsOf([1600, 3200]));
    expect(() => model.forward(input, inference)).toThrow(/at least 15 frames \(0.15 s\).*10 \(0.10 s\)/s);
  });

  test('says which files a frozen upstream was read from, not one whose weights are in the state', () => {
    const upstream = { ...toyUpstream({ cacheDir: '' }), forward: () => [], fingerprint: 'of its files' };
    const featurizer = toyFeaturizer(upstream.layers);
    expect(connect(upstream, featurizer, toyPooling(featurizer.output)).upstreamFingerprint).toBe('of its files');
    const trained = connect(upstream, featurizer, toyPooling(featurizer.output), { trainUpstream: true });
    expect(trained.upstreamFingerprint).toBeUndefined();
  });

  test('a frozen upstream is no part of the state', () => {
    expect(Object.keys(toyModel().state().tensors)).toEqual([
      'featurizer.weights',
      'downstream.projection.weight',
      'downstream.projection.bias',
    ]);
  });
});

describe('components', () => {
  const part = defineComponent({
    name: 'part',
    config: z.object({ size: z.int().default(3).describe('features') }),
    build: (_: null, config, context) => ({ ...config, ...context }),
  });

  test('fill in defaults and refuse what the schema refuses, by path', () => {
    expect(part(null)).toEqual({ size: 3, seed: 0 });
    expect(part(null, { size: 4 }, { seed: 7 })).toEqual({ size: 4, seed: 7 });
    expect(() => part(null, { size: 'x' as never })).toThrow(/part: invalid settings[\s\S]*size/);
    expect(() => part(null, { sizes: 3 } as never)).toThrow('sizes');
  });

  test('keep checks and descriptions when a recipe changes a default', () => {
    const schema = withDefaults(part.config, { size: 8 });
    expect(schema.parse({})).toEqual({ size: 8 });
    expect(schema.shape.size.description).toBe('features');
    expect(schema.safeParse({ size: 1.5 }).success).toBe(false);
    expect(() => withDefaults(part.config, { sizes: 8 } as never)).toThrow("no setting 'sizes'");
  });

  test('are the same with other defaults', () => {
    const larger = withDefaults(part, { size: 8 });
    expect(larger.componentName).toBe('part');
    expect(larger(null)).toEqual({ size: 8, seed: 0 });
    expect(larger(null, { size: 4 }, { seed: 7 })).toEqual({ size: 4, seed: 7 });
    expect(() => withDefaults(part, { sizes: 8 } as never)).toThrow("no setting 'sizes'");
  });
});

test('errors made on purpose are told from others, whatever copy of the package made them', () => {
  const error = new InputError('a.csv, row 3', "no column 'spk'", 'id, wav_path, spk', 'Add it.');
  expect(S3Error.isInstance(error)).toBe(true);
  expect(S3Error.isInstance(new Error('other'))).toBe(false);
  expect(error.message).toBe("a.csv, row 3: found no column 'spk'; expected id, wav_path, spk. Add it.");
});

describe('tensors', () => {
  test('a length mask is 1 on valid steps', () => {
    expect(lengthMask([1, 3, 5], 3).arraySync()).toEqual([
      [1, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  test('layer norm has mean 0 and deviation 1 over the last axis', () => {
    const { mean, variance } = tf.moments(layerNorm(framesOf([4, 2], 6).values), -1);
    expect(Math.max(...tf.abs(mean).dataSync())).toBeLessThan(1e-5);
    for (const value of variance.dataSync().slice(0, 4)) expect(value).toBeCloseTo(1, 3);
  });

  test('affine is x weight^T + bias at any rank', () => {
    const weight = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const y = affine(tf.ones([2, 2, 3]), weight, tf.tensor1d([10, 20]));
    expect(y.arraySync()).toEqual([
      [
        [16, 35],
        [16, 35],
      ],
      [
        [16, 35],
        [16, 35],
      ],
    ]);
  });
});

test('dropout zeroes at its rate, scales what stays, passes gradients where it lets values pass, and is a function of its key', () => {
  const x = tf.fill([100, 200], 3) as tf.Tensor2D;
  const drop = (key: number, rate = 0.25) => dropout(x, rate, randomStream(key));
  const values = drop(1).dataSync();
  const kept = values.filter((value) => value !== 0);
  // five standard errors
  expect(Math.abs(kept.length / values.length - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / values.length));
  expect(new Set(kept)).toEqual(new Set([Math.fround(3 * Math.fround(1 / 0.75))]));
  expect(drop(1).dataSync()).toEqual(values);
  expect(drop(2).dataSync()).not.toEqual(values);
  // rows and columns are as independent as the whole
  const rows = (drop(1).arraySync() as number[][]).map((row) => row.filter((value) => value !== 0).length / row.length);
  for (const share of rows) expect(Math.abs(share - 0.75)).toBeLessThan(5.5 * Math.sqrt((0.25 * 0.75) / 200));
  const gradient = tf
    .grad((input) => tf.sum(dropout(input, 0.25, randomStream(1))))(x)
    .dataSync();
  expect(gradient.every((value, index) => Math.abs(value - values[index]! / 3) < 1e-6)).toBe(true);
  expect(dropout(x, 0, randomStream(1))).toBe(x);
  expect(
    drop(1, 1)
      .dataSync()
      .every((value) => value === 0),
  ).toBe(true);
});
