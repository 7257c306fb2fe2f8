import { expect, test } from 'vitest';
import { message, messageBytes } from './protobuf.ts';

test('writes fields as the format describes them', () => {
  // the examples of protobuf's own description: 150 as field 1, "testing" as field 2, a message of the first as field 3
  const first = message().integer(1, 150);
  expect([...messageBytes(first)]).toEqual([0x08, 0x96, 0x01]);
  expect([...messageBytes(message().bytes(2, 'testing'))]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect([...messageBytes(message().bytes(3, first))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  expect([...messageBytes(message().integer(1, -1))]).toEqual([0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01]);
  expect([...messageBytes(message().float(20, 1))]).toEqual([0xa5, 0x01, 0, 0, 0x80, 0x3f]);
});
