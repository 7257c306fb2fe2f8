// Dynamic time warping of a query through a document, four frames of the document at a time in float32.
// AssemblyScript, a dialect of TypeScript that compiles to WebAssembly; `node scripts/compile-assembly.mjs` makes
// src/assembly/subsequence-dtw.ts of it. Pointers are made by `allocate`.

let end: usize = (__heap_base + 15) & ~15;

/** Memory for so many bytes, never freed. */
export function allocate(bytes: usize): usize {
  const start = end;
  end = (start + bytes + 15) & ~15;
  const pages = <i32>((end + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return start;
}

/**
 * The cheapest way of a query through a document: each frame of the query is met once, and the document moves on by 0, 1 or 2
 * frames from one to the next; it may begin and end anywhere.
 *
 * All frames of a document are independent of each other within a row, so they are computed four at a time; what lies beyond
 * the last one is computed too and never read. `distances` has room for 3 more numbers.
 *
 * @param distances (queryFrames, documentFrames)
 * @param before sums up to a row; 4 infinities stand before it, and behind its documentFrames is room for 3 more
 * @param after as `before`
 * @param isNormalized whether each row of distances is brought to 0..1 first
 * @return mean distance along the way
 */
export function cost(distances: usize, queryFrames: i32, documentFrames: i32, before: usize, after: usize, isNormalized: bool): f32 {
  const bytes = <usize>documentFrames * 4;
  for (let row = 0; row < queryFrames; row++) {
    let low: f32 = 0;
    let scale: f32 = 1;
    if (isNormalized) {
      let lows = v128.load32_splat(distances), highs = lows;
      let offset: usize = 0;
      for (; offset + 16 <= bytes; offset += 16) {
        const values = v128.load(distances + offset);
        lows = f32x4.pmin(lows, values);
        highs = f32x4.pmax(highs, values);
      }
      low = min(min(f32x4.extract_lane(lows, 0), f32x4.extract_lane(lows, 1)), min(f32x4.extract_lane(lows, 2), f32x4.extract_lane(lows, 3)));
      let high = max(max(f32x4.extract_lane(highs, 0), f32x4.extract_lane(highs, 1)), max(f32x4.extract_lane(highs, 2), f32x4.extract_lane(highs, 3)));
      for (; offset < bytes; offset += 4) {
        const value = load<f32>(distances + offset);
        low = min(low, value);
        high = max(high, value);
      }
      scale = 1 / max(high - low, <f32>1e-9);
    }
    const lows = f32x4.splat(low), scales = f32x4.splat(scale);
    if (row == 0) {
      for (let offset: usize = 0; offset < bytes; offset += 16) {
        v128.store(after + offset, f32x4.mul(f32x4.sub(v128.load(distances + offset), lows), scales));
      }
    } else {
      for (let offset: usize = 0; offset < bytes; offset += 16) {
        const distance = f32x4.mul(f32x4.sub(v128.load(distances + offset), lows), scales);
        const here = before + offset;
        const cheapest = f32x4.pmin(f32x4.pmin(v128.load(here), v128.load(here - 4)), v128.load(here - 8));
        v128.store(after + offset, f32x4.add(distance, cheapest));
      }
    }
    distances += bytes;
    const done = before;
    before = after;
    after = done;
  }
  let cheapest = load<f32>(before);
  for (let offset: usize = 4; offset < bytes; offset += 4) cheapest = min(cheapest, load<f32>(before + offset));
  return cheapest / <f32>queryFrames;
}
