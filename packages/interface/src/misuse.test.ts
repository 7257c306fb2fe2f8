import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  ConfigError,
  connect,
  defineComponent,
  definePhase,
  defineTaskRecipe,
  defineTrainPhase,
  inference,
  moduleOf,
  withDefaults,
} from './index.ts';
import { waveformsOf } from './testing/toy-sequences.ts';
import { toyFeaturizer, toyPooling, toyUpstream } from './toy-parts.fixture.ts';

// What a program without types, or a part that does not do as it says, is told.

const spec = { size: 160, downsampleRate: 160 };
const parts = () => {
  const upstream = toyUpstream({ cacheDir: '' });
  const featurizer = toyFeaturizer(upstream.layers);
  return [upstream, featurizer, toyPooling(featurizer.output)] as const;
};

test.each([
  ['upstream', Promise.resolve(parts()[0]), 'upstream is a promise, but connect takes what it promises; put await before what builds it'],
  ['upstream', undefined, 'upstream is undefined without `layers`'],
  ['featurizer', spec, 'featurizer is an object without `output`'],
  ['downstream', undefined, 'downstream is undefined without `input`'],
])('connect refuses as %s %o', (name, given, message) => {
  const [upstream, featurizer, downstream] = parts();
  const all = { upstream, featurizer, downstream, [name]: given };
  expect(() => connect(all.upstream as never, all.featurizer as never, all.downstream as never)).toThrow(message);
});

test.each<[string, () => unknown, string]>([
  ['nothing', () => undefined, 'upstream gives undefined, but it gives a list'],
  ['fewer layers', () => [layer([2, 3, 160])], 'upstream gives 1 layers, but its `layers` lists 2'],
  [
    'bare tensors',
    () => [tf.zeros([2, 3, 160]), tf.zeros([2, 3, 160])],
    'layer 0 as a tensor of shape [2,3,160], but a layer is { values, lengths }',
  ],
  [
    'another size',
    () => [layer([2, 3, 160]), layer([2, 3, 80])],
    'layer 1 as a tensor of shape [2,3,80] with 2 lengths, but of 2 waveforms',
  ],
  ['fewer utterances', () => [layer([1, 3, 160], [3]), layer([1, 3, 160], [3])], '[2,frames,160], with 2 lengths'],
  [
    'tensors of lengths',
    () => [{ values: tf.zeros([2, 3, 160]), lengths: tf.tensor1d([3, 2]) }, layer([2, 3, 160])],
    'lengths plain numbers',
  ],
  ['disposed tensors', () => [layer([2, 3, 160]), disposed(layer([2, 3, 160]))], 'layer 1 as a tensor that has been disposed'],
])('a model refuses an upstream that gives %s', async (_, extracted, message) => {
  const [upstream, featurizer, downstream] = parts();
  const model = connect({ ...upstream, extract: async () => extracted() as never }, featurizer, downstream);
  await expect(model.prepare(waveformsOf([480, 300]))).rejects.toThrow(message);
});

test.each<[string, unknown, string]>([
  ['a list', [new Float32Array(480)], 'waveforms are a list, but a model takes { values: (batch, samples), lengths }'],
  ['a bare tensor', tf.zeros([1, 480]), 'waveforms are a tensor of shape [1,480]'],
  ['an axis too many', { values: tf.zeros([1, 480, 1]), lengths: [480] }, 'waveforms are a tensor of shape [1,480,1] with 1 lengths'],
  ['other lengths', { values: tf.zeros([1, 480]), lengths: [480, 300] }, 'with 2 lengths'],
  ['none', { values: tf.zeros([0, 480]), lengths: [] }, 'waveforms are a tensor of shape [0,480] with 0 lengths'],
])('a model refuses as waveforms %s', async (_, given, message) => {
  await expect(connect(...parts()).prepare(given as never)).rejects.toThrow(message);
});

test('a model refuses a downstream whose output is not as large as it says', async () => {
  const [upstream, featurizer, downstream] = parts();
  const model = connect(upstream, featurizer, { ...downstream, outputSize: 7 });
  const input = await model.prepare(waveformsOf([480, 300]));
  expect(() => model.forward(input, inference)).toThrow(
    'downstream gives a tensor of shape [2,4], but its `outputSize` is 7 and there are 2 utterances',
  );
});

test.each([
  ['a tensor', tf.zeros([2]), "'head' as a tensor of shape [2]"],
  ['nothing', undefined, "'head' as undefined"],
  ['a list', [], "'head' as a list"],
])('moduleOf refuses %s', (_, part, message) => {
  expect(() => moduleOf({ head: part as never })).toThrow(message);
});

const loader = { length: 1, async *epoch() {} };
const fine = {
  prepare: async () => null,
  step: () => ({ loss: tf.scalar(1) }),
  collect: (fields: object) => ({ ...fields }),
  reduce: () => ({ log: { loss: 1 } }),
};

test.each<[string, object, 'step' | 'collect' | 'reduce', string]>([
  [
    'a step that is asynchronous',
    { step: async () => ({ loss: tf.scalar(1) }) },
    'step',
    '`step` that gives a promise, but only `prepare` may be waited for',
  ],
  [
    'a step without result',
    { step: () => undefined },
    'step',
    '`step` that gives undefined, but it gives an object of named results, such as { loss }',
  ],
  ['a bare loss', { step: () => tf.scalar(1) }, 'step', '`step` that gives a tensor of shape []'],
  [
    'a step without loss',
    { step: () => ({ los: tf.scalar(1) }) },
    'step',
    'task gives los, but the step of training gives a tensor `loss`',
  ],
  ['a number as field', { step: () => ({ loss: 3 }) }, 'step', "task gives the field 'loss' as 3, but a field is a tensor"],
  ['an asynchronous collect', { collect: async () => ({}) }, 'collect', '`collect` that gives a promise'],
  ['a collect without result', { collect: () => undefined }, 'collect', '`collect` that gives undefined'],
  ['an asynchronous reduce', { reduce: async () => ({ log: {} }) }, 'reduce', '`reduce` that gives a promise'],
  ['a reduce without log', { reduce: () => ({ loss: 1 }) }, 'reduce', '`reduce` that gives loss, but it gives its metrics as `log`'],
  [
    'a metric that is text',
    { reduce: () => ({ log: { wer: '12 %' } }) },
    'reduce',
    'the metric \'wer\' as "12 %", but a metric is a number',
  ],
  ['a metric that is a tensor', { reduce: () => ({ log: { wer: tf.scalar(1) } }) }, 'reduce', "the metric 'wer' as a tensor of shape []"],
])('a phase refuses %s', (_, part, called, message) => {
  const run = defineTrainPhase({ ...fine, ...part } as never).over(loader);
  const arguments_: readonly unknown[] = called === 'step' ? [{}, null, inference] : [{}, {}];
  expect(() => (run[called] as (...all: readonly unknown[]) => unknown)(...arguments_)).toThrow(message);
});

test('a phase that trains nothing needs no loss', () => {
  const run = definePhase({ ...fine, step: () => ({ embeddings: tf.zeros([1, 2]) }) } as never).over(loader as never);
  expect(Object.keys(run.step({} as never, null as never, inference))).toEqual(['embeddings']);
});

test('a phase refuses to go over what is no loader', () => {
  expect(() => definePhase(fine as never).over([] as never)).toThrow('phase is put over a list, but it takes a loader of batches');
});

const recipe = defineTaskRecipe({
  name: 'toy',
  summary: '',
  parts: { downstream: toyPooling },
  settings: {},
  buildTask: () => undefined as never,
});

test.each<[string, object, string]>([
  ['a part that it does not have', { downstreams: toyPooling }, "recipe toy has no part 'downstreams', but its parts are downstream"],
  [
    'nothing',
    { downstream: undefined },
    "recipe toy is given undefined as 'downstream', but a part is what `defineComponent` gives, not yet built",
  ],
  ['a bare function', { downstream: () => 1 }, "recipe toy is given a function as 'downstream'"],
  ['a part that has been built', { downstream: toyPooling(spec) }, "recipe toy is given an object as 'downstream'"],
])('a recipe refuses %s', (_, parts, message) => {
  expect(() => recipe.with(parts as never)).toThrow(message);
});

test('withDefaults refuses a default that the schema refuses', () => {
  const part = defineComponent({
    name: 'part',
    config: z.object({ size: z.int().positive().default(3) }),
    build: (_: undefined, config) => config,
  });
  expect(withDefaults(part, { size: 4 })(undefined)).toEqual({ size: 4 });
  expect(() => withDefaults(part, { size: 0 })).toThrow(ConfigError);
  expect(() => withDefaults(part.config, { size: 0 })).toThrow('→ at size');
});

function layer(shape: [number, number, number], lengths = [3, 2]) {
  return { values: tf.zeros(shape), lengths };
}

function disposed(frames: ReturnType<typeof layer>) {
  frames.values.dispose();
  return frames;
}
