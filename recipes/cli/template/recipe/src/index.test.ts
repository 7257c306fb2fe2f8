import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import recipe from './index.ts';
import task from './task.ts';

test('the recipe is called as package.json says, and has the settings of its parts', () => {
  const { s3 } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { name, summary } = recipe;
  expect(s3.recipes).toEqual([{ name, summary, module: './dist/index.js', task: './dist/task.js' }]);
  expect([task.name, task.partNames]).toEqual([name, recipe.partNames]);
  expect(Object.keys(recipe.config.shape)).toContain('downstream');
});
