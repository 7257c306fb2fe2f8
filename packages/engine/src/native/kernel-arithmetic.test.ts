import '@tensorflow/tfjs-backend-cpu';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { normal } from '../fixtures/expect-same.ts';
import { adamUpdate } from '../install/composed-adam.ts';
import { bestOfRows } from '../install/composed-best.ts';
import { lstmGradients } from '../install/composed-lstm.ts';
import { findCompiler } from '../install/requirements.ts';
import { runProgram } from '../install/run-program.ts';
import { arithmeticOptions, kernelVariants, suitsProcessor } from './own-kernels.ts';

/** A way to compile the kernels' arithmetic, and to run what comes out. */
interface Machine {
  readonly compiler: string;
  readonly options: readonly string[];
  /** program that plays the processor */
  readonly emulator?: string;
}

const folder = mkdtempSync(join(tmpdir(), 's3-arithmetic-'));
const before = tf.getBackend();
beforeAll(() => tf.setBackend('cpu'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await tf.setBackend(before);
});

const machines = await machinesHere();

describe.skipIf(machines.size === 0)('arithmetic of the C++ kernels', () => {
  describe.each([...machines])('on %s', (name, { compiler, options, emulator }) => {
    const program = join(folder, name);
    const run = async (job: string, numbers: readonly number[]): Promise<number[]> => {
      const input = `${job}\n${numbers.join('\n').replaceAll('Infinity', 'inf')}\n`;
      const ended = emulator ? await runProgram(emulator, [program], { input }) : await runProgram(program, [], { input });
      if (ended.code !== 0) throw new Error(ended.outcome);
      return ended.output
        .trim()
        .split('\n')
        .map((line) => (line.endsWith('nan') ? Number.NaN : Number(line)));
    };

    beforeAll(async () => {
      const source = fileURLToPath(new URL('../fixtures/arithmetic.cc', import.meta.url));
      const { code, outcome } = await runProgram(compiler, [...arithmeticOptions, ...options, source, '-o', program]);
      if (code !== 0) throw new Error(outcome);
    }, 300_000);

    test('sigmoid and tanh, where they are steep, flat and nearly nothing', async () => {
      const x = [0, -0, 1e-30, -1e-8, 1e-4, 0.3, -0.7, 1, -2.5, 5, -9, 15, -19.9, 21, -60, 86.9, -87.1, 88, -1e4, 1e30, 0.01, -0.002, 3.3];
      const found = await run('activations', [x.length, ...x]);
      const expected = [...x.map((value) => 1 / (1 + Math.exp(-value))), ...x.map(Math.tanh)];
      expect(found.length).toBe(expected.length);
      // to a relative error: what is nearly nothing stays right
      for (const [at, value] of found.entries())
        expect(Math.abs(value - expected[at]!)).toBeLessThanOrEqual(1e-6 * Math.abs(expected[at]!) + 1e-37);
    });

    // one row, one step, sizes beside vectors of 4, 8 and 16, more rows than are multiplied at once, enough work for threads
    test.each<[number[], number]>([
      [[1], 1],
      [[1], 3],
      [[5, 2, 0], 7],
      [[3], 33],
      [[4, 4, 1, 4, 2, 4, 4, 3, 4, 4, 4], 40],
      [[2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 251],
    ])('LSTM of lengths %j, %i hidden, with its gradients', { timeout: 120_000 }, async (lengths, size) => {
      const [steps, batch] = [Math.max(...lengths), lengths.length];
      const scaled = tf.tidy(() => tf.mul(tf.tensor2d(normal([4 * size, size])), 1 / Math.sqrt(size)).arraySync()) as number[][];
      const [projected, bias] = [normal([batch, steps, 4 * size]), normal([4 * size])];
      const numbers = [...lengths, ...tf.util.flatten(projected), ...tf.util.flatten(bias), ...tf.util.flatten(scaled)] as number[];
      for (const reverse of [false, true]) {
        const found = await run('lstm', [batch, steps, size, Number(reverse), ...numbers]);
        expectNear(found, () => lstmGradients(tf.tensor3d(projected), tf.tensor1d(bias), tf.tensor2d(scaled), lengths, reverse));
      }
    });

    test.each([1, 15, 16, 33, 250])('an update by Adam of %i numbers', async (count) => {
      const [weight, gradient, mean] = [normal([count]), normal([count]), normal([count])] as number[][];
      const square = (normal([count]) as number[]).map((value) => value ** 2);
      const factors = [0.5, 0.01, 0.999, 0.9, 0.1, 0.999, 0.001, 0.01, 1e-3];
      const found = await run('adam', [count, ...factors, ...weight!, ...gradient!, ...mean!, ...square]);
      expectNear(found, () => adamUpdate(tf.tensor1d(weight!), tf.tensor1d(gradient!), tf.tensor1d(mean!), tf.tensor1d(square), factors));
    });

    test.each([
      [1, 1, 1],
      [2, 3, 1],
      [3, 17, 17],
      [5, 33, 2],
      [4, 999, 40],
    ])('highest of %i rows of %i values: %i', async (rows, size, count) => {
      const values = normal([rows, size]) as number[][];
      // ties, one value far away, values that hardly differ
      values.push(
        Array.from({ length: size }, (_, index) => index % 3),
        Array.from({ length: size }, (_, index) => (index === 0 ? 1e6 : index / size)),
        Array.from({ length: size }, (_, index) => 1 + (index % 7) * 1.2e-7),
        Array.from({ length: size }, () => -0.25),
      );
      const found = await run('best', [values.length, size, count, ...values.flat()]);
      expectNear(found, () => bestOfRows(tf.tensor2d(values), count));
    });

    test('says nothing of values that are not finite', async () => {
      for (const strange of [Number.NaN, Number.POSITIVE_INFINITY, -1e39]) {
        expect(await run('best', [1, 3, 2, 1, strange, 2])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      }
    });
  });
});

/** The same numbers as of plain JavaScript, relative to the largest of each tensor. */
function expectNear(found: readonly number[], compute: () => tf.Tensor[]): void {
  const tensors = tf.tidy(compute);
  let at = 0;
  for (const tensor of tensors) {
    const expected = [...tensor.dataSync()];
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (const value of expected) {
      const difference = Math.abs(found[at]! - value);
      if (!(difference <= 1e-5 * scale)) expect(`${at}: ${found[at]}`).toBe(`${at}: ${value}`);
      at++;
    }
  }
  expect(found.length).toBe(at);
  tf.dispose(tensors);
}

/** This processor in each of its ways, four lanes at a time as on any, and ARM's NEON where it can be played. */
async function machinesHere(): Promise<Map<string, Machine>> {
  const found = new Map<string, Machine>();
  const compiler = await findCompiler();
  if (compiler) {
    for (const { name, options } of kernelVariants().filter(suitsProcessor)) found.set(name, { compiler, options });
    if (!found.has('neon')) found.set('four lanes', { compiler, options: [] });
  }
  const [cross, emulator] = ['aarch64-linux-gnu-g++', 'qemu-aarch64-static'];
  const isThere = async (program: string) => (await runProgram(program, ['--version'])).code === 0;
  if (!found.has('neon') && (await isThere(cross)) && (await isThere(emulator))) {
    const options = kernelVariants('arm64').flatMap((variant) => variant.options);
    // static, so that the emulator needs no libraries of that processor
    found.set('neon in an emulator', { compiler: cross, options: [...options, '-static'], emulator });
  }
  return found;
}
