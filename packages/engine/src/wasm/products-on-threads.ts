import { wasmBase64 } from '../assembly/matrix-product.ts';
import type { LargeProducts, ProductShape } from './large-products.ts';
import { type SharedThreads, sharedThreads } from './shared-threads.ts';

// those of assembly/matrix-product.as
const panelWidth = 16;
const depthAtOnce = 256;
const jobs = { packRight: 0, multiply: 1 } as const;

/** rows of the left side that stay in the second cache while the right side passes them */
const mostBlockRows = 192;
/** of the left side that lie in shared memory at once */
const leftBytesAtOnce = 32e6;

/**
 * Matrix products on all cores, 8 at most, or as many as `S3_CORES` says. The bits of a result are the same for any number of them.
 *
 * TensorFlow.js's own kernel has one thread, and takes a quarter longer on it.
 */
export function productsOnThreads(): LargeProducts & { readonly threads: number } {
  const pool = sharedThreads(Buffer.from(wasmBase64, 'base64'), mostBlockRows * depthAtOnce * 4);
  return {
    threads: pool.count,
    // below, copying and waking threads costs more than it brings
    isLarge: ({ rows, inner, columns }) => rows >= 64 && Math.min(inner, columns) >= 32 && rows * inner * columns >= 2 ** 22,
    multiply: (out, a, b, shape) => multiply(pool, out, a, b, shape),
  };
}

function multiply(pool: SharedThreads, out: Float32Array, a: Float32Array, b: Float32Array, shape: ProductShape): void {
  const { rows, inner, columns, transposeA, transposeB } = shape;
  const panels = Math.ceil(columns / panelWidth);
  const [leftLength, leftWidth, stride] = transposeA ? [inner, rows, rows] : [rows, inner, shape.stride ?? inner];
  const chunkLength = Math.min(leftLength, Math.max(mostBlockRows, Math.floor(leftBytesAtOnce / 4 / stride)));
  const chunkRows = transposeA ? rows : chunkLength;

  // bytes: the right side in panels, a part of the left side (before that the right side as it is), the result of this part
  // what is read behind a matrix takes a row or a panel more
  const panelBytes = inner * panelWidth * 4;
  const packedAt = pool.start;
  const leftAt = packedAt + panels * panelBytes;
  const outAt = leftAt + roundUp(4 * Math.max(stride * chunkLength + leftWidth, (columns + panelWidth) * (inner + 1)));
  const floats = pool.floats(outAt + (chunkRows + 1) * panels * panelWidth * 4);

  floats.set(b, leftAt / 4);
  pool.run(panels, jobs.packRight, leftAt, packedAt, inner, columns, Number(transposeB));

  for (let from = 0; from < leftLength; from += chunkLength) {
    const length = Math.min(chunkLength, leftLength - from);
    floats.set(a.subarray(from * stride, (from + length - 1) * stride + leftWidth), leftAt / 4);
    const [rowsHere, innerHere] = transposeA ? [rows, length] : [length, inner];
    const right = packedAt + (transposeA ? from * panelWidth * 4 : 0);
    const height = blockRows(rowsHere, pool.count);
    const isAdded = transposeA && from > 0;
    // biome-ignore format: one job
    pool.run(Math.ceil(rowsHere / height), jobs.multiply,
      leftAt, right, outAt, rowsHere, innerHere, stride, panels, Number(transposeA), panelBytes, height, Number(isAdded));
    if (!transposeA) copyRows(out.subarray(from * columns), floats.subarray(outAt / 4), length, columns, panels * panelWidth);
  }
  if (transposeA) copyRows(out, floats.subarray(outAt / 4), rows, columns, panels * panelWidth);
}

/** A few blocks for each thread, so that none waits long for the last. */
const blockRows = (rows: number, count: number) => Math.min(mostBlockRows, Math.max(8, 2 * Math.ceil(rows / count / 8)));

function copyRows(out: Float32Array, padded: Float32Array, rows: number, columns: number, stride: number): void {
  if (stride === columns) out.set(padded.subarray(0, rows * columns));
  else for (let row = 0; row < rows; row++) out.set(padded.subarray(row * stride, row * stride + columns), row * columns);
}

const roundUp = (bytes: number) => Math.ceil(bytes / 64) * 64;
