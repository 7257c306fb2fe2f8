import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from '../packages/interface/dist/index.js';

/** Uniform values, -bound..bound, the same in every run. */
export function uniformFloats(count, bound, ...key) {
  const random = randomStream('bench', ...key);
  return Float32Array.from({ length: count }, () => (random.uniform() * 2 - 1) * bound);
}

/** Writes values for the peer to read with numpy. */
export async function share(folder, name, values) {
  await writeFile(join(folder, name), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Writes what the peer has to know beside arrays. */
export async function shareJson(folder, name, value) {
  await writeFile(join(folder, name), JSON.stringify(value));
}

/** 16-bit mono WAV file of samples within -1..1. */
export async function writeWav(path, samples, sampleRate) {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => void bytes.writeInt16LE(Math.round(sample * 32767), 44 + index * 2));
  await writeFile(path, bytes);
}

/** Mean of the absolute values: one number that shows whether two computed the same. */
export function meanMagnitude(values) {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}
