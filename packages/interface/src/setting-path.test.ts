import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineComponent, defineTaskRecipe, parseConfig, settingPath, settingsLike, withDefaults } from './index.ts';

const part = defineComponent({
  name: 'part',
  config: z.object({ size: z.int().min(1).default(2), inner: z.object({ rate: z.number().default(0) }).prefault({}) }),
  build: (_: Record<never, never>, config) => [settingPath(config), settingPath(config, 'size'), settingPath(config.inner, 'rate')],
});

const recipe = defineTaskRecipe({
  name: 'recipe',
  summary: 'a part',
  parts: { encoder: withDefaults(part, { size: 3 }) },
  settings: { sets: z.object({ train: part.config.prefault({}) }).prefault({}) },
  buildTask: () => ({}) as never,
});

test('a component called by itself has its own name for a path', () => {
  expect(part({})).toEqual(['part', 'part.size', 'part.inner.rate']);
  expect(withDefaults(part, { size: 3 })({}, { size: 4 })).toEqual(['part', 'part.size', 'part.inner.rate']);
});

test('settings of a recipe are found where the recipe has them, however deep', () => {
  const config = parseConfig('recipe', recipe.config, {}) as { encoder: object; sets: { train: object } };
  expect(part({}, config.encoder)).toEqual(['encoder', 'encoder.size', 'encoder.inner.rate']);
  expect(recipe.spec.parts.encoder({}, config.encoder)).toEqual(['encoder', 'encoder.size', 'encoder.inner.rate']);
  expect(part({}, config.sets.train)).toEqual(['sets.train', 'sets.train.size', 'sets.train.inner.rate']);
  expect(settingPath(config, 'encoder')).toBe('encoder');
});

test('changed settings are still found where they were written, if that is said', () => {
  const config = parseConfig('recipe', recipe.config, {}) as { sets: { train: object } };
  const changed = { ...config.sets.train, size: 9 };
  expect(part({}, changed)[1]).toBe('part.size');
  expect(part({}, settingsLike(config.sets.train, changed))[1]).toBe('sets.train.size');
  expect(settingPath({}, 'size')).toBe('size');
});

test('a schema that refuses changed settings names the same path', () => {
  const config = parseConfig('recipe', recipe.config, {}) as { sets: { train: object } };
  expect(() => part({}, settingsLike(config.sets.train, { size: 0 }))).toThrow('at sets.train.size');
  expect(() => part({}, { size: 0 })).toThrow(/^part: invalid settings(.|\n)*at size$/);
});

test('what is no plain data is left alone', () => {
  class Circle {
    readonly self = this;
  }
  const odd = defineComponent({
    name: 'odd',
    config: z.object({ circle: z.instanceof(Circle) }),
    build: (_: Record<never, never>, { circle }) => settingPath(circle),
  });
  expect(odd({}, { circle: new Circle() })).toBeUndefined();
});
