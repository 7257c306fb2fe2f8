/** One protobuf message under construction: fields in the order of the calls. */
export interface Message {
  /** what it holds so far, in pieces, so that large ones are not copied at every level */
  readonly parts: readonly Uint8Array[];
  /** a whole number; negative ones take ten bytes, as the format has it */
  readonly integer: (field: number, value: number | bigint) => Message;
  readonly float: (field: number, value: number) => Message;
  /** text, raw bytes or another message */
  readonly bytes: (field: number, value: string | Uint8Array | Message) => Message;
}

/** Starts a protobuf message. */
export function message(): Message {
  const parts: Uint8Array[] = [];
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
