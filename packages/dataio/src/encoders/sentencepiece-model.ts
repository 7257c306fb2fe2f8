/** What the head of a SentencePiece model tells: its pieces, and the ids of the special ones (-1 where there is none). */
export interface SentencePieceModel {
  readonly pieces: readonly string[];
  readonly padId: number;
  readonly bosId: number;
  readonly eosId: number;
  readonly unkId: number;
}

/**
 * Reads the pieces and special ids of a `.model` file: a protocol buffer, `ModelProto` in sentencepiece_model.proto.
 *
 * The library that encodes with it says neither, and takes a damaged file without a word.
 *
 * @throws Error for bytes that are no such buffer
 */
export function parseSentencePieceModel(bytes: Uint8Array): SentencePieceModel {
  const pieces: string[] = [];
  // the defaults of TrainerSpec
  const ids = { unk: 0, bos: 1, eos: 2, pad: -1 };
  for (const { number, value } of fieldsOf(bytes)) {
    if (!(value instanceof Uint8Array)) continue;
    if (number === 1) {
      const piece = fieldsOf(value).find((field) => field.number === 1)?.value;
      if (!(piece instanceof Uint8Array)) throw new Error('a piece without text');
      pieces.push(new TextDecoder('utf-8', { fatal: true }).decode(piece));
    } else if (number === 2) {
      const names = { 40: 'unk', 41: 'bos', 42: 'eos', 43: 'pad' } as const;
      for (const field of fieldsOf(value)) {
        if (field.number in names && typeof field.value === 'number') ids[names[field.number as keyof typeof names]] = field.value;
      }
    }
  }
  if (pieces.length === 0) throw new Error('no pieces');
  if (pieces[ids.unk] === undefined) throw new Error('no piece for what is unknown');
  return { pieces, padId: ids.pad, bosId: ids.bos, eosId: ids.eos, unkId: ids.unk };
}

/** The fields of a protocol buffer: 32-bit integers as numbers, everything of a length of its own as bytes. */
function fieldsOf(bytes: Uint8Array): { readonly number: number; readonly value: number | Uint8Array }[] {
  const fields: { number: number; value: number | Uint8Array }[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('it ends too early');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(32, value));
    }
    throw new Error('a number that never ends');
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length) throw new Error('it ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = key >>> 3;
    const wireType = key & 7;
    if (number === 0) throw new Error('a field without number');
    if (wireType === 0) fields.push({ number, value: varint() });
    else if (wireType === 1) take(8);
    else if (wireType === 2) fields.push({ number, value: take(varint()) });
    else if (wireType === 5) take(4);
    else throw new Error('a field of an unknown kind');
  }
  return fields;
}
