const halfToSingle = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

let table: Float32Array | undefined;

/** IEEE half precision numbers, exactly. */
export function decodeFloat16(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, index) => halfToSingle(index));
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) values[index] = table[bits[index]!]!;
  return values;
}

/** The upper halves of single precision numbers, exactly. */
export function decodeBfloat16(bits: Uint16Array): Float32Array {
  const singles = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) singles[index] = bits[index]! << 16;
  return new Float32Array(singles.buffer);
}
