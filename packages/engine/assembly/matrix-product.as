// asc --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --enable threads
// AssemblyScript, a dialect of TypeScript that compiles to WebAssembly; `node scripts/compile-assembly.mjs` makes
// src/assembly/matrix-product.ts of it. All memory is the caller's, shared by the threads that call `work`.
//
// What is read behind the last row or column of a matrix ends up in rows and columns of the result that nobody reads.

/** columns side by side: with two rows, eight sums of four, as many as engines keep in registers */
const panelWidth: usize = 16;
/** rows of the right side that stay in the first cache while the rows of a block pass them */
const depthAtOnce: usize = 256;

/** where the next ticket of a job is drawn; `src/wasm/threads.ts` has the words before it, `src/wasm/matrix-product.ts` those behind */
const nextTicket: usize = 12;

@inline function word(index: usize): usize {
  return <usize>load<u32>(16 + index * 4);
}

/**
 * Does the job that is written at the start of memory, ticket by ticket, until none is left.
 *
 * @param scratch room of this thread for a block of the left side, (rows of a block, 256) float32
 */
export function work(scratch: usize): void {
  const tickets = word(0);
  for (;;) {
    const ticket = <usize>atomic.add<u32>(nextTicket, 1);
    if (ticket >= tickets) return;
    if (word(1) == 0) packRight(word(2), word(3), word(4), word(5), word(6) != 0, ticket);
    else multiply(word(2), word(3), word(4), word(5), word(6), word(7), word(8), word(9) != 0, word(10), word(11), word(12) != 0, ticket, scratch);
  }
}

/**
 * One panel of the right side: (inner, columns), or (columns, inner) when turned, becomes (panels, inner, 16).
 */
function packRight(source: usize, target: usize, inner: usize, columns: usize, isTurned: bool, panel: usize): void {
  target += panel * inner * panelWidth * 4;
  source += panel * panelWidth * 4 * (isTurned ? inner : 1);
  if (!isTurned) {
    for (let k: usize = 0; k < inner; k++, source += columns * 4, target += panelWidth * 4) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      v128.store(target, v128.load(source, 32), 32);
      v128.store(target, v128.load(source, 48), 48);
    }
    return;
  }
  const whole = inner & ~3;
  for (let column: usize = 0; column < panelWidth; column += 4) {
    let from = source + column * inner * 4;
    let to = target + column * 4;
    for (let k: usize = 0; k < whole; k += 4, from += 16, to += panelWidth * 16) {
      const a = v128.load(from);
      const b = v128.load(from + inner * 4);
      const c = v128.load(from + inner * 8);
      const d = v128.load(from + inner * 12);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
      const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
      v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 64);
      v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 128);
      v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 192);
    }
    for (let k = whole; k < inner; k++, from += 4, to += panelWidth * 4)
      for (let row: usize = 0; row < 4; row++) store<f32>(to + row * 4, load<f32>(from + row * inner * 4));
  }
}

/**
 * One block of rows of a product, (rows, panels x 16).
 *
 * @param a the left side, (rows, stride), or (inner, stride) when turned
 * @param b panels of the right side, from the first row that counts here
 * @param panelBytes from one panel to the next
 * @param inner rows of the right side that count here
 * @param height rows of a block, a multiple of 2
 * @param isAdded to what `c` holds already
 */
function multiply(
  a: usize, b: usize, c: usize, rows: usize, inner: usize, stride: usize, panels: usize, isTurned: bool, panelBytes: usize, height: usize, isAdded: bool,
  block: usize, scratch: usize,
): void {
  const row = block * height;
  const tall = min<usize>(height, rows - row);
  const outStride = panels * panelWidth * 4;
  c += row * outStride;
  a += row * 4 * (isTurned ? 1 : stride);
  for (let from: usize = 0; from < inner; from += depthAtOnce) {
    const depth = min<usize>(depthAtOnce, inner - from);
    if (isTurned) packTurnedLeft(a + from * stride * 4, scratch, tall, depth, stride);
    else packLeft(a + from * 4, scratch, tall, depth, stride);
    for (let panel: usize = 0; panel < panels; panel++) {
      const right = b + panel * panelBytes + from * panelWidth * 4;
      let left = scratch;
      let out = c + panel * panelWidth * 4;
      for (let strip: usize = 0; strip < tall; strip += 2, left += depth * 8, out += outStride * 2)
        multiplyStrip(left, right, out, outStride, depth, isAdded || from > 0);
    }
  }
}

/** Rows of `(rows, stride)` two by two, as `(strips, depth, 2)`. */
function packLeft(a: usize, target: usize, tall: usize, depth: usize, stride: usize): void {
  const whole = depth & ~3;
  for (let strip: usize = 0; strip < tall; strip += 2, a += stride * 8) {
    let first = a;
    let second = a + stride * 4;
    for (let k: usize = 0; k < whole; k += 4, first += 16, second += 16, target += 32) {
      const x = v128.load(first);
      const y = v128.load(second);
      v128.store(target, v128.shuffle<i32>(x, y, 0, 4, 1, 5));
      v128.store(target, v128.shuffle<i32>(x, y, 2, 6, 3, 7), 16);
    }
    for (let k = whole; k < depth; k++, first += 4, second += 4, target += 8) {
      store<f32>(target, load<f32>(first));
      store<f32>(target, load<f32>(second), 4);
    }
  }
}

/** Columns of `(depth, stride)` two by two, as `(strips, depth, 2)`. */
function packTurnedLeft(a: usize, target: usize, tall: usize, depth: usize, stride: usize): void {
  for (let k: usize = 0; k < depth; k++, a += stride * 4, target += 8) {
    let to = target;
    for (let strip: usize = 0; strip < tall; strip += 2, to += depth * 8) store<u64>(to, load<u64>(a + strip * 4));
  }
}

@inline function add(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** Two rows of one panel. */
function multiplyStrip(a: usize, b: usize, c: usize, stride: usize, depth: usize, isAdded: bool): void {
  let x0 = f32x4.splat(0), x1 = f32x4.splat(0), x2 = f32x4.splat(0), x3 = f32x4.splat(0);
  let y0 = f32x4.splat(0), y1 = f32x4.splat(0), y2 = f32x4.splat(0), y3 = f32x4.splat(0);
  const end = b + depth * panelWidth * 4;
  for (; b < end; a += 8, b += panelWidth * 4) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    const x = v128.load_splat<f32>(a);
    x0 = add(x0, x, b0); x1 = add(x1, x, b1); x2 = add(x2, x, b2); x3 = add(x3, x, b3);
    const y = v128.load_splat<f32>(a, 4);
    y0 = add(y0, y, b0); y1 = add(y1, y, b1); y2 = add(y2, y, b2); y3 = add(y3, y, b3);
  }
  put(c, x0, x1, x2, x3, isAdded);
  put(c + stride, y0, y1, y2, y3, isAdded);
}

@inline function put(c: usize, x0: v128, x1: v128, x2: v128, x3: v128, isAdded: bool): void {
  if (isAdded) {
    x0 = f32x4.add(v128.load(c), x0);
    x1 = f32x4.add(v128.load(c, 16), x1);
    x2 = f32x4.add(v128.load(c, 32), x2);
    x3 = f32x4.add(v128.load(c, 48), x3);
  }
  v128.store(c, x0);
  v128.store(c, x1, 16);
  v128.store(c, x2, 32);
  v128.store(c, x3, 48);
}
