import { expect, test } from 'vitest';
import { heardBy } from './heard-by.ts';

const recipe = { name: 'superb-asv', partNames: ['upstream', 'featurizer', 'downstream', 'task'] };
const saved = {
  files: { 'model.safetensors': 'f00d', 'state.json': '1' },
  config: {
    upstream: { name: 'hubert_base', path: 'a' },
    featurizer: { normalize: false, layers: null },
    task: { scoring: 'cosine' },
    seed: 1,
  },
};
const weights = new Map([
  ['upstream/model.safetensors', 'beef'],
  ['upstream/config.json', 'cafe'],
]);
const heard = heardBy(recipe, saved, {}, weights);

test('places, order and scoring make no difference', () => {
  const overrides = {
    upstream: { path: 'elsewhere', name: 'hf_custom' },
    featurizer: { layers: null, normalize: false },
    task: { scoring: 'euclidean' },
  };
  const files = { ...saved.files, 'state.json': '2' };
  expect(heardBy(recipe, { ...saved, files }, overrides, new Map([...weights].reverse()))).toEqual(heard);
});

test('other weights, another upstream and other settings do, each by itself', () => {
  const other = heardBy(recipe, { ...saved, files: { 'model.safetensors': 'fade' } }, {}, weights);
  expect(other).toEqual({ ...heard, weights: 'fade' });
  const upstream = heardBy(recipe, saved, {}, new Map([...weights, ['upstream/model.safetensors', 'dead']]));
  expect({ ...upstream, upstream: heard.upstream }).toEqual(heard);
  expect(upstream.upstream).not.toBe(heard.upstream);
  const settings = heardBy(recipe, saved, { featurizer: { normalize: true } }, weights);
  expect({ ...settings, settings: heard.settings }).toEqual(heard);
  expect(settings.settings).not.toBe(heard.settings);
});

test('of upstreams without files the name tells which one it is', () => {
  const named = (name: string) => heardBy(recipe, { ...saved, config: { upstream: { name } } }, {}, new Map());
  expect(named('fbank').upstream).toBe(null);
  expect(named('fbank').settings).not.toBe(named('mfcc').settings);
});
