import { availableParallelism, hostname, totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { environment } from './environment.ts';

const engine = { name: 'wasm', library: 'tfjs-backend-wasm 4.22.0', reason: 'asked for' } as const;

test('says what a run ran on, as plain JSON', () => {
  const found = environment(engine, { seed: 3, command: 's3 run toy', versions: { 'recipe-toy': '1.2.3' } });
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(found).toMatchObject({ engine, seed: 3, command: 's3 run toy', cores: availableParallelism() });
  expect(found.versions).toMatchObject({
    'recipe-toy': '1.2.3',
    node: process.versions.node,
    '@s3/trainer': expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
  expect(found.memoryGibibytes).toBeGreaterThan(0);
  expect(found.memoryGibibytes).toBeLessThanOrEqual(totalmem() / 2 ** 30 + 0.1);
});

test("the command is this process's own unless given, and without a seed there is none", () => {
  const found = environment(engine);
  expect(found.command).toBe(process.argv.slice(1).join(' '));
  expect('seed' in found).toBe(false);
  expect(Object.values(found)).not.toContain(hostname());
});
