import { open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { parseSafetensorsHead, safetensorsDataStart, safetensorsHead } from '@s3/interface/safetensors';
import { decodeFloat16, encodeFloat16 } from '../pretrained/tensor-files/half-precision.ts';

export type Precision = 'float16' | 'float32';

/** One layer's hidden states of one utterance, as they are kept. */
export interface KeptLayer {
  readonly dtype: 'F16' | 'F32';
  /** [frames, features] */
  readonly shape: readonly [frames: number, size: number];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Layers of one utterance by their ids. */
export type KeptLayers = ReadonlyMap<number, KeptLayer>;

/** most that is read to see a header; those of more layers are read in two goes */
const headBytes = 4096;
/** the system takes no more than 2 GB at a time */
const readAtOnce = 2 ** 30;

/**
 * The values as they are kept.
 *
 * Those of a layer with a value beyond the range of float16 stay float32, which float16 would make infinite.
 */
export function keptLayer(values: Float32Array, shape: readonly [number, number], precision: Precision): KeptLayer {
  const halves = precision === 'float16' ? encodeFloat16(values) : undefined;
  if (halves) return { dtype: 'F16', shape, bytes: new Uint8Array(halves.buffer) };
  return { dtype: 'F32', shape, bytes: new Uint8Array(values.slice().buffer) };
}

/** Writes a layer's values, as every reader will see them, to the start of `target`. */
export function readKept({ dtype, bytes }: KeptLayer, target: Float32Array): void {
  if (dtype === 'F16') decodeFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), target);
  else target.set(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
}

/** A safetensors file of the layers, `layer_0` and so on, with a checksum of each. */
export function statesFile(layers: KeptLayers): Uint8Array[] {
  const kept = [...layers];
  const checksums = kept.map(([layer, { bytes }]) => [`crc32_${layer}`, String(checksum(bytes) ?? '')] as const);
  const tensors = kept.map(([layer, { dtype, shape }]) => ({ name: `layer_${layer}`, dtype, shape }));
  return [safetensorsHead(tensors, Object.fromEntries(checksums)), ...kept.map(([, { bytes }]) => bytes)];
}

/**
 * Reads layers of a file that `statesFile` made.
 *
 * @param wanted ids; all in the file unless given
 * @returns those of them that it holds; nothing for a file that is missing or damaged
 */
export async function readStatesFile(path: string, wanted?: readonly number[]): Promise<KeptLayers | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const read = async (position: number, length: number) => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(bytes, done, Math.min(length - done, readAtOnce), position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    };
    const { size } = await file.stat();
    const head = await read(0, Math.min(headBytes, size));
    const start = safetensorsDataStart(head, size, path);
    const { entries, metadata } = parseSafetensorsHead(start <= head.length ? head : await read(0, start), size, path);
    const held = entries
      .map((entry) => ({ layer: Number(entry.name.slice('layer_'.length)), ...entry }))
      .filter(({ layer }) => !wanted || wanted.includes(layer));
    if (held.length === 0) return new Map();
    // layers lie in a row: all that are wanted come in one go, with those between them
    const first = Math.min(...held.map(({ begin }) => begin));
    const data = await read(first, Math.max(...held.map(({ end }) => end)) - first);
    const layers = new Map<number, KeptLayer>();
    for (const { layer, dtype, shape, begin, end } of held) {
      const bytes = data.subarray(begin - first, end - first);
      if (bytes.length !== end - begin || shape.length !== 2 || (dtype !== 'F16' && dtype !== 'F32')) return undefined;
      const sum = checksum(bytes);
      if (sum !== undefined && metadata[`crc32_${layer}`] !== '' && metadata[`crc32_${layer}`] !== String(sum)) return undefined;
      layers.set(layer, { dtype, shape: [shape[0]!, shape[1]!], bytes });
    }
    return layers;
  } catch {
    // a header that is no header
    return undefined;
  } finally {
    await file.close();
  }
}

/** nothing on Node older than 20.15, which has no CRC of its own */
const checksum = (bytes: Uint8Array): number | undefined => (zlib as Partial<typeof zlib>).crc32?.(bytes);
