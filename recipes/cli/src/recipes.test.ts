import { commandLine } from '@s3/trainer/command-line';
import { expect, test } from 'vitest';
import { recipes } from './recipes.ts';

test.each(recipes.map((entry) => [entry.name, entry] as const))('%s is listed as it calls itself', async (name, { summary, load }) => {
  expect(await load()).toMatchObject({ name, summary });
});

test.each(recipes.map(({ name }) => [name]))('%s explains each of its settings', async (name) => {
  let stdout = '';
  const write = (text: string) => {
    stdout += text;
  };
  const options = { recipes, stdout: { write }, stderr: { write }, selectEngine: () => Promise.reject(new Error('no engine is needed')) };
  expect(await commandLine({ ...options, argv: ['run', name, '--help'] })).toBe(0);
  const lines = stdout.split('\n');
  const settings = lines.flatMap((line, index) => (/^ {2}--\S+\.\S+$/.test(line) ? [index] : []));
  expect(settings.length).toBeGreaterThan(10);
  for (const index of settings) expect(lines[index + 1]?.trim(), lines[index]).not.toBe('');
});
