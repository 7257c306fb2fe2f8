/** How far the angle of each wave turns from one step to the next: 1, then ever less, in single precision. */
export function waveFrequencies(size: number, base = 10_000): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, wave) => base ** ((-2 * wave) / size));
}
