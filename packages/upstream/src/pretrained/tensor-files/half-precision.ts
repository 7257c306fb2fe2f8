const halfToSingle = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

let table: Float32Array | undefined;

/**
 * IEEE half precision numbers, exactly.
 *
 * @param values where they go, from the start; an array of their own unless given
 */
export function decodeFloat16(bits: Uint16Array, values: Float32Array = new Float32Array(bits.length)): Float32Array {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, index) => halfToSingle(index));
  for (let index = 0; index < bits.length; index++) values[index] = table[bits[index]!]!;
  return values;
}

/** The upper halves of single precision numbers, exactly. */
export function decodeBfloat16(bits: Uint16Array): Float32Array {
  const singles = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) singles[index] = bits[index]! << 16;
  return new Float32Array(singles.buffer);
}

/**
 * The nearest half precision numbers, ties to even.
 *
 * @returns nothing where a value is no number or too large for them
 */
export function encodeFloat16(values: Float32Array): Uint16Array<ArrayBuffer> | undefined {
  const halves = new Uint16Array(values.length);
  const given = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const sum = new Float32Array(1);
  const sumBits = new Uint32Array(sum.buffer);
  for (let index = 0; index < given.length; index++) {
    const bits = given[index]!;
    const magnitude = bits & 0x7fffffff;
    // 65520, which rounds to more than the largest half
    if (magnitude >= 0x477ff000) return undefined;
    const sign = (bits >>> 16) & 0x8000;
    if (magnitude < 0x38800000) {
      // below 2^-14 halves lie as far apart as singles between 0.5 and 1
      sum[0] = Math.abs(values[index]!) + 0.5;
      halves[index] = sign | (sumBits[0]! - 0x3f000000);
    } else {
      // the exponent's offset becomes 15, and half a unit of the last place that stays is added
      halves[index] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    }
  }
  return halves;
}
