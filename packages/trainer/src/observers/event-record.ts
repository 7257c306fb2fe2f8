import { maskedCrc32c } from './crc32c.ts';

/** What TensorBoard's `Event` message may say here; each event is one of them. */
export type EventContent =
  | { readonly fileVersion: string }
  /** what was written for this step and later ones by a run that stopped is void */
  | { readonly restarted: true }
  /** tag to value */
  | { readonly scalars: { readonly [tag: string]: number } };

/** One event as a TFRecord: length, its checksum, the protobuf message, its checksum. */
export function eventRecord(seconds: number, step: number, content: EventContent): Uint8Array {
  return tfRecord(encodeEvent(seconds, step, content));
}

function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(12 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

// Field numbers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
function encodeEvent(seconds: number, step: number, content: EventContent): Uint8Array {
  const head = [doubleField(1, seconds), varintField(2, step)];
  if ('fileVersion' in content) return joined([...head, bytesField(3, text(content.fileVersion))]);
  if ('restarted' in content) return joined([...head, bytesField(7, varintField(1, 1))]);
  const values = Object.entries(content.scalars).map(([tag, value]) =>
    bytesField(1, joined([bytesField(1, text(tag)), floatField(2, value)])),
  );
  return joined([...head, bytesField(5, joined(values))]);
}

const text = (value: string) => new TextEncoder().encode(value);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // division, not shifts: steps may need more than 32 bits
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

const varintField = (field: number, value: number) => joined([varint(field << 3), varint(value)]);
const bytesField = (field: number, bytes: Uint8Array) => joined([varint((field << 3) | 2), varint(bytes.length), bytes]);

function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([varint((field << 3) | 1), bytes]);
}

function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([varint((field << 3) | 5), bytes]);
}
