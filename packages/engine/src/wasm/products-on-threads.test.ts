import { afterEach, expect, test, vi } from 'vitest';
import { productsOnThreads } from './products-on-threads.ts';

afterEach(() => vi.unstubAllEnvs());

const productsOn = (threads: number) => {
  vi.stubEnv('S3_CORES', String(threads));
  return productsOnThreads();
};

// odd in every way; more rows than a block, more depth than a pass; more than lies in shared memory at once
const shapes = [[64, 300, 64], [131, 517, 77], [401, 259, 130], [64, 130_001, 65], [130_001, 64, 64]] as const; // biome-ignore format: a table
const turns = [[false, false], [true, false], [false, true], [true, true]] as const; // biome-ignore format: a table

test.each(shapes.flatMap((sizes) => turns.map((turned) => [...sizes, ...turned] as const)))(
  '%d x %d by %d columns, transposed: %s, %s',
  (rows, inner, columns, transposeA, transposeB) => {
    const a = values(rows * inner);
    const b = values(inner * columns);
    const out = new Float32Array(rows * columns);
    const { multiply, isLarge } = productsOn(2);
    const shape = { rows, inner, columns, transposeA, transposeB };
    multiply(out, a, b, shape);
    for (const row of places(rows)) {
      for (const column of places(columns)) {
        let [sum, size] = [0, 0];
        for (let k = 0; k < inner; k++) {
          const term = a[transposeA ? k * rows + row : row * inner + k]! * b[transposeB ? column * inner + k : k * columns + column]!;
          sum += term;
          size += Math.abs(term);
        }
        expect(Math.abs(out[row * columns + column]! - sum), `row ${row}, column ${column}`).toBeLessThan(1e-6 * size);
      }
    }
    expect(isLarge(shape)).toBe(rows * inner * columns >= 2 ** 22);
  },
);

test('the bits are the same on one thread and on several', () => {
  const shape = { rows: 389, inner: 1031, columns: 205, transposeA: true, transposeB: false };
  const a = values(389 * 1031);
  const b = values(1031 * 205);
  const [alone, together] = [1, 3].map((threads) => {
    const products = productsOn(threads);
    expect(products.threads).toBe(threads);
    const out = new Float32Array(389 * 205);
    // the first products come before the threads have started
    for (let time = 0; time < 20; time++) products.multiply(out.fill(Number.NaN), a, b, shape);
    return out;
  });
  expect(together).toEqual(alone);
});

/** The first, the last and some between. */
const places = (count: number) => [0, 1, Math.floor(count / 2), Math.floor(count / 3), count - 2, count - 1];

/** From -0.5 to 0.5, in no order. */
const values = (count: number) => Float32Array.from({ length: count }, (_, index) => ((index * 7919) % 10_007) / 10_007 - 0.5);
