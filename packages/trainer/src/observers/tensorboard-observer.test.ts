import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import recorded from '../fixtures/tensorboard-events.json' with { type: 'json' };
import { crc32c } from './crc32c.ts';
import { tensorBoardObserver } from './tensorboard-observer.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 's3-tensorboard-'));
});

/** Writes what the recorded file holds, which TensorBoard's own reader has read. */
function writeEvents(folder: string): Buffer {
  let milliseconds = 1_700_000_000_000;
  const clock = () => {
    milliseconds += 250;
    return milliseconds;
  };
  // an earlier session's
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'events.out.tfevents.1.old'), '');
  const observer = tensorBoardObserver(folder, { host: 'host', now: clock });
  observer.logged!({ split: 'train', step: 10, epoch: 0, log: { loss: 2.5, gradientNorm: Number.POSITIVE_INFINITY } });
  observer.logged!({ split: 'valid', step: 10, epoch: 0, log: { accuracy: 0.25 } });
  observer.logged!({ split: 'test', testSet: 'vox1-o', step: 5_000_000_000, epoch: 7, log: { eer: 0.1 } });
  observer.close!();
  observer.logged!({ split: 'train', step: 11, epoch: 0, log: { loss: 1 } });
  const name = `events.out.tfevents.1700000000.host.${process.pid}`;
  expect(readdirSync(folder).sort()).toEqual(['events.out.tfevents.1.old', name]);
  return readFileSync(join(folder, name));
}

test('the bytes are those that TensorBoard has read', () => {
  expect(writeEvents(join(dir, 'train', 'tb')).toString('base64')).toBe(recorded.bytes);
});

test('every record is framed and says what was logged', () => {
  const events = records(writeEvents(dir)).map((record) => fields(record));
  expect(events.map((event) => number(event, 1))).toEqual([
    1_700_000_000.5, 1_700_000_000.75, 1_700_000_001, 1_700_000_001.25, 1_700_000_001.5,
  ]);
  expect(events.map((event) => number(event, 2))).toEqual([0, 10, 10, 10, 5_000_000_000]);
  expect(text(events[0]!, 3)).toBe('brain.Event:2');
  expect(fields(bytes(events[1]!, 7))).toEqual([[1, 1]]);
  const scalars = events.slice(2).map((event) =>
    fields(bytes(event, 5)).map(([, value]) => {
      const scalar = fields(value as Buffer);
      return [text(scalar, 1), number(scalar, 2)];
    }),
  );
  expect(scalars).toEqual([
    [
      ['train-loss', 2.5],
      ['train-gradientNorm', Number.POSITIVE_INFINITY],
    ],
    [['valid-accuracy', 0.25]],
    [['test-vox1-o-eer', Math.fround(0.1)]],
  ]);
});

test('a run that logs nothing leaves no file', () => {
  tensorBoardObserver(dir).close!();
  expect(readdirSync(dir)).toEqual([]);
});

test('only training takes back what an earlier session wrote, and only where there was one', () => {
  const restarts = (split: 'train' | 'valid' | 'test') => {
    const host = split;
    const observer = tensorBoardObserver(dir, { host });
    observer.logged!({ split, step: 10, epoch: 0, log: { loss: 1 } });
    observer.close!();
    const name = readdirSync(dir).find((file) => file.endsWith(`.${host}.${process.pid}`))!;
    const events = records(readFileSync(join(dir, name))).map(fields);
    return events.filter((event) => event.some(([field]) => field === 7)).map((event) => number(event, 2));
  };
  expect(restarts('test')).toEqual([]);
  expect(restarts('valid')).toEqual([11]);
  expect(restarts('train')).toEqual([10]);
});

// An independent reader of TFRecord files and protobuf messages, as their documents describe them.

type Field = readonly [number, number | Buffer];

function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(unmask(file.readUInt32LE(at + 8))).toBe(crc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(unmask(file.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    found.push(data);
    at += length + 16;
  }
  return found;
}

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = () => {
    let [value, factor] = [0, 1];
    for (; ; factor *= 128) {
      const byte = message[at++]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    if (key % 8 === 0) found.push([field, varint()]);
    else if (key % 8 === 1) found.push([field, take(8).readDoubleLE()]);
    else if (key % 8 === 5) found.push([field, take(4).readFloatLE()]);
    else found.push([field, take(varint())]);
  }
  return found;
}

function bytes(message: readonly Field[], field: number): Buffer {
  return message.find(([name]) => name === field)![1] as Buffer;
}
function text(message: readonly Field[], field: number): string {
  return bytes(message, field).toString('utf8');
}
function number(message: readonly Field[], field: number): number {
  return message.find(([name]) => name === field)![1] as number;
}
