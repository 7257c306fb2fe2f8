import { InputError, WiringError } from '@s3/interface';
import { expect, test } from 'vitest';
import reference from '../fixtures/arrays.json' with { type: 'json' };
import { arrayBytes, arrayFormats, readArrays } from './array-file.ts';

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
const arrayOf = ({ shape, values }: { shape: number[]; values: number[] }) => ({ shape, values: Float32Array.from(values) });
const hidden = arrayOf(reference.npy);
const vector = arrayOf(reference.vector);

test('npy files are those of NumPy, byte for byte in their data, and read back', () => {
  for (const [array, { base64 }] of [
    [hidden, reference.npy],
    [vector, reference.vector],
  ] as const) {
    const bytes = arrayBytes({ features: array }, 'npy');
    expect(Buffer.from(bytes).subarray(-array.values.byteLength)).toEqual(Buffer.from(bytesOf(base64)).subarray(-array.values.byteLength));
    expect((bytes.length - array.values.byteLength) % 64).toBe(0);
    expect(readArrays(bytesOf(base64), 'npy', 'numpy')).toEqual({ array });
    expect(readArrays(bytes, 'npy', 'ours')).toEqual({ array });
  }
});

test('reads what NumPy and safetensors wrote', () => {
  expect(readArrays(bytesOf(reference.npz), 'npz', 'numpy')).toEqual({ hidden_states: hidden, other: vector });
  expect(readArrays(bytesOf(reference.safetensors), 'safetensors', 'theirs')).toEqual({ hidden_states: hidden });
});

test.each(arrayFormats)('%s: the same numbers come back, and make the same bytes', (format) => {
  const bytes = arrayBytes({ hidden_states: hidden }, format);
  expect(Object.values(readArrays(bytes, format, 'file'))).toEqual([hidden]);
  expect(arrayBytes({ hidden_states: hidden }, format)).toEqual(bytes);
});

test.each(arrayFormats)('%s: torn or foreign files are refused by name', (format) => {
  const bytes = arrayBytes({ hidden_states: hidden }, format);
  for (const wrong of [
    bytes.subarray(0, bytes.length - 3),
    bytes.subarray(0, 5),
    new Uint8Array(0),
    Buffer.from('a text that is none of these'),
  ]) {
    expect(() => readArrays(wrong, format, 'x.file')).toThrow(InputError);
    expect(() => readArrays(wrong, format, 'x.file')).toThrow('x.file');
  }
});

test('other numbers than float32 are refused, and several arrays as npy', () => {
  expect(() => readArrays(bytesOf(reference.double), 'npy', 'x.npy')).toThrow(/<f8/);
  expect(() => arrayBytes({ a: hidden, b: vector }, 'npy')).toThrow(WiringError);
});

test('names outside ASCII keep safetensors whole', () => {
  const arrays = { größe: vector, second: hidden };
  const bytes = arrayBytes(arrays, 'safetensors');
  expect(Number(Buffer.from(bytes).readBigUInt64LE()) % 8).toBe(0);
  expect(readArrays(bytes, 'safetensors', 'x')).toEqual(arrays);
});

test('compressed archives are smaller and hold the same', () => {
  const zeros = { shape: [1000], values: new Float32Array(1000) };
  const bytes = arrayBytes({ zeros }, 'npz', { compress: true });
  expect(bytes.length).toBeLessThan(arrayBytes({ zeros }, 'npz').length / 4);
  expect(readArrays(bytes, 'npz', 'ours')).toEqual({ zeros });
});

test('an archive holds as many arrays as there are', () => {
  const one = { shape: [1], values: Float32Array.of(1) };
  const arrays = Object.fromEntries(Array.from({ length: 65_540 }, (_, index) => [`utterance ${index}`, one]));
  const read = readArrays(arrayBytes(arrays, 'npz'), 'npz', 'ours');
  expect(Object.keys(read)).toHaveLength(65_540);
  expect(read['utterance 65539']).toEqual(one);
});
