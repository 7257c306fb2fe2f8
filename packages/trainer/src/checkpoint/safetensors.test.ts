import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, randomStream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/toy-run.ts';
import { fileChecksum } from './checksum.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const folder = temporaryFolder();
const file = join(folder, 'some.safetensors');
const tensors = {
  'layer.weight': tf.tensor2d([1.5, Number.NaN, -0, 3.4e38, 1e-45, 6], [2, 3]),
  count: tf.scalar(7, 'int32'),
  mask: tf.tensor1d([true, false, true], 'bool'),
  empty: tf.zeros([0, 4]),
  __proto__x: tf.tensor1d([1]),
};

function raw(content: string | Uint8Array): string {
  const path = join(folder, 'crafted.safetensors');
  writeFileSync(path, content);
  return path;
}

/** A file of this header and so many bytes of data. */
function crafted(header: unknown, bytes = 0): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return raw(Buffer.concat([length, json, Buffer.alloc(bytes)]));
}

const one = (entry: object) => ({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry } });

describe('safetensors', () => {
  it('gives back what was written, bit by bit', async () => {
    const written = await writeSafetensors(file, tensors);
    expect(written.sha256).toBe(await fileChecksum(file));
    expect(written.bytes).toBe(readFileSync(file).length);
    const read = await readSafetensors(file);
    expect(Object.keys(read)).toEqual(Object.keys(tensors));
    for (const [name, tensor] of Object.entries(tensors)) {
      expect(read[name]!.shape).toEqual(tensor.shape);
      expect(read[name]!.dtype).toBe(tensor.dtype);
      expect(read[name]!.dataSync()).toEqual(tensor.dataSync());
    }
    tf.dispose(read);
  });

  it('lays files out as the format says', async () => {
    await writeSafetensors(file, { a: tf.tensor1d([1, 2]) });
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
      __metadata__: { format: 'pt' },
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect([bytes.readFloatLE(8 + length), bytes.readFloatLE(12 + length), bytes.length]).toEqual([1, 2, 16 + length]);
  });

  const bad: [what: string, path: () => string, message: RegExp][] = [
    ['a file too short', () => raw('abc'), /found 3 bytes/],
    ['a header longer than the file', () => raw(Buffer.alloc(16, 255)), /a header of 18446744073709551615 bytes/],
    ['data cut short', () => crafted(one({}), 7), /expected \d+, by its header/],
    ['a type that no checkpoint of ours has', () => crafted(one({ dtype: 'F64', data_offsets: [0, 16] }), 16), /tensor 'x' of type F64/],
  ];
  for (const [what, path, message] of bad) {
    it(`refuses ${what}, naming the file`, async () => {
      const name = path();
      await expect(readSafetensors(name)).rejects.toThrow(message);
      await expect(readSafetensors(name)).rejects.toThrow(name);
      await expect(readSafetensors(name)).rejects.toThrow(InputError);
    });
  }

  it('never fails otherwise, leaks or hangs, whatever bytes change', async () => {
    await writeSafetensors(file, tensors);
    const whole = readFileSync(file);
    const random = randomStream('fuzz');
    const before = tf.memory().numTensors;
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(random.uniform() < 0.3 ? whole.subarray(0, random.integer(whole.length)) : whole);
      for (let change = random.integer(4); change >= 0 && bytes.length > 0; change--)
        bytes[random.integer(bytes.length)] = random.integer(256);
      const path = join(folder, 'fuzzed');
      writeFileSync(path, bytes);
      try {
        tf.dispose(await readSafetensors(path));
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(tf.memory().numTensors).toBe(before);
  });
});
