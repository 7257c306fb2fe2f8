import { describe, expect, it } from 'vitest';
import { InputError } from './errors.ts';
import { randomStream } from './random.ts';
import { parseSafetensorsHead, safetensorsDataStart, safetensorsHead } from './safetensors.ts';

const where = 'some.safetensors';
const tensors = [
  { name: 'layer.weight', dtype: 'F32', shape: [2, 3] },
  { name: 'größe', dtype: 'F16', shape: [5] },
  { name: 'empty', dtype: 'I64', shape: [0, 4] },
  { name: '__proto__', dtype: 'BOOL', shape: [] },
] as const;

/** A file of this header and so many bytes of data. */
function crafted(header: unknown, bytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const announcing = (bytes: bigint, size: number) => {
  const file = new Uint8Array(size);
  new DataView(file.buffer).setBigUint64(0, bytes, true);
  return file;
};

const parse = (file: Uint8Array) => parseSafetensorsHead(file, file.length, where);

describe('the head of a safetensors file', () => {
  it('is read as it was written', () => {
    const head = safetensorsHead(tensors, { format: 'pt' });
    const size = head.length + 24 + 10 + 0 + 1;
    expect(head.length % 8).toBe(0);
    expect(safetensorsDataStart(head.subarray(0, 8), size, where)).toBe(head.length);
    const at = (begin: number, end: number) => ({ begin: head.length + begin, end: head.length + end });
    expect(parseSafetensorsHead(head, size, where)).toEqual({
      entries: [
        { ...tensors[0], ...at(0, 24) },
        { ...tensors[1], ...at(24, 34) },
        { ...tensors[2], ...at(34, 34) },
        { ...tensors[3], ...at(34, 35) },
      ],
      metadata: { format: 'pt' },
    });
  });

  it('has the layout that the format asks for, wherever in a buffer it lies', () => {
    const head = safetensorsHead([{ name: 'a', dtype: 'F32', shape: [2] }]);
    expect(JSON.parse(new TextDecoder().decode(head.subarray(8)))).toEqual({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
    const further = new Uint8Array(head.length + 11);
    further.set(head, 3);
    expect(parse(further.subarray(3)).entries).toEqual([{ name: 'a', dtype: 'F32', shape: [2], begin: head.length, end: head.length + 8 }]);
  });

  const one = (entry: object) => ({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry } });
  it.each<[what: string, file: Uint8Array, message: RegExp]>([
    ['nothing', new Uint8Array(0), /found 0 bytes/],
    ['a file too short', new Uint8Array(3), /found 3 bytes/],
    [
      'a header longer than the file',
      new Uint8Array(16).fill(255),
      /a header of 18446744073709551615 bytes in a file of 16; expected at most 8/,
    ],
    ['a header of 2^60 bytes', announcing(2n ** 60n, 64), /a header of 1152921504606846976 bytes in a file of 64; expected at most 56/],
    ['no JSON', crafted('{"x": '), /no JSON/],
    ['bytes that are no text', announcing(2n, 10).fill(255, 8), /no JSON/],
    ['a list', crafted([]), /no JSON object/],
    ['null', crafted('null'), /no JSON object/],
    ['an unknown type', crafted(one({ dtype: 'C64' }), 8), /tensor 'x' of type "C64"/],
    ['a type from the prototype', crafted(one({ dtype: 'toString' }), 8), /of type "toString"/],
    ['a negative axis', crafted(one({ shape: [-2] }), 8), /of shape \[-2\]/],
    ['a huge shape', crafted(one({ shape: [2 ** 40, 2 ** 40] }), 8), /8 bytes for tensor 'x'/],
    ['missing offsets', crafted({ x: { dtype: 'F32', shape: [2] } }, 8), /at undefined/],
    ['negative offsets', crafted(one({ data_offsets: [-8, 0] }), 8), /at \[-8,0\]; expected two offsets/],
    ['offsets that are no whole numbers', crafted(one({ data_offsets: [0, 8.5] }), 8), /two offsets/],
    ['null as an entry', crafted({ x: null }, 8), /of type undefined/],
    ['bytes that do not fit the shape', crafted(one({ shape: [3] }), 8), /8 bytes for tensor 'x' of F32 \[3\]; expected 12/],
    [
      'a gap',
      crafted({ ...one({}), y: { dtype: 'F32', shape: [1], data_offsets: [12, 16] } }, 16),
      /'y' at byte 12 of the data; expected it at byte 8/,
    ],
    ['an overlap', crafted({ ...one({}), y: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8), /'y' at byte 4/],
    ['offsets beyond the end', crafted(one({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] }), 8), /expected 43980465\d+, by its header/],
    ['data cut short', crafted(one({}), 7), /expected \d+, by its header/],
    ['bytes after the end', crafted(one({}), 9), /expected \d+, by its header/],
  ])('of %s is refused, naming the file', (_, file, message) => {
    expect(() => parse(file)).toThrow(message);
    expect(() => parse(file)).toThrow(where);
    expect(() => parse(file)).toThrow(InputError);
  });

  it('of which only a part is given is refused', () => {
    const head = safetensorsHead(tensors);
    expect(() => parseSafetensorsHead(head.subarray(0, 40), head.length + 35, where)).toThrow('its end at byte 40');
  });

  it('fails in no other way, whatever bytes change', () => {
    const whole = new Uint8Array([...safetensorsHead(tensors, { format: 'pt' }), ...new Uint8Array(35)]);
    const random = randomStream('fuzz');
    let refused = 0;
    for (let round = 0; round < 500; round++) {
      const file = random.uniform() < 0.3 ? whole.slice(0, random.integer(whole.length)) : whole.slice();
      for (let change = random.integer(4); change >= 0 && file.length > 0; change--)
        file[random.integer(file.length)] = random.integer(256);
      try {
        parse(file);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});
