/** One protobuf message under construction: fields in the order of the calls. */
export interface Message {
  /** what it holds so far, in pieces, so that large ones are not copied at every level */
  readonly parts: readonly Uint8Array[];
  /** a whole number; negative ones take ten bytes, as the format has it */
  readonly integer: (field: number, value: number | bigint) => Message;
  readonly float: (field: number, value: number) => Message;
  /** a field as it stands in another message */
  readonly raw: (field: Uint8Array) => Message;
  /** text, raw bytes or another message */
  readonly bytes: (field: number, value: string | Uint8Array | Message) => Message;
}

/** Starts a protobuf message, of nothing or of what it begins with. */
export function message(begin: readonly Uint8Array[] = []): Message {
  const parts: Uint8Array[] = [...begin];
  const own: Message = {
    parts,
    integer(field, value) {
      parts.push(varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, BigInt(value))));
      return own;
    },
    float(field, value) {
      parts.push(varint((BigInt(field) << 3n) | 5n), new Uint8Array(Float32Array.of(value).buffer));
      return own;
    },
    raw(field) {
      parts.push(field);
      return own;
    },
    bytes(field, value) {
      const added = typeof value === 'string' ? [new TextEncoder().encode(value)] : value instanceof Uint8Array ? [value] : value.parts;
      parts.push(varint((BigInt(field) << 3n) | 2n), varint(BigInt(sizeOf(added))));
      for (const part of added) parts.push(part);
      return own;
    },
  };
  return own;
}

/** The bytes of a finished message. */
export function messageBytes({ parts }: Message): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeOf(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const sizeOf = (parts: readonly Uint8Array[]) => parts.reduce((size, part) => size + part.length, 0);

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** One field of a protobuf message that is read. */
export interface ProtobufField {
  readonly field: number;
  /** a number of any length, or what a field of bytes holds: text, raw bytes, another message */
  readonly value: bigint | Uint8Array;
  /** the field as it stands in the message, number and all */
  readonly bytes: Uint8Array;
}

/**
 * The fields of a protobuf message, in their order; nothing is copied.
 *
 * @throws RangeError for bytes that are no such message
 */
export function* fieldsOf(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const number = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const next = bytes[at++];
      if (next === undefined || shift > 63n) throw new RangeError('a protobuf message that ends too early');
      value |= BigInt(next & 127) << shift;
      if (next < 128) return value;
    }
  };
  while (at < bytes.length) {
    const start = at;
    const tag = Number(number());
    const [field, kind] = [tag >>> 3, tag & 7];
    let value: bigint | Uint8Array;
    if (kind === 0) value = BigInt.asIntN(64, number());
    else {
      const length = kind === 2 ? Number(number()) : { 1: 8, 5: 4 }[kind];
      if (length === undefined || at + length > bytes.length) throw new RangeError('a protobuf message that ends too early');
      value = bytes.subarray(at, at + length);
      at += length;
    }
    yield { field, value, bytes: bytes.subarray(start, at) };
  }
}
