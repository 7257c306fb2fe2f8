import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { parseSafetensorsHead } from '@s3/interface/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { parse } from 'yaml';
import {
  type Checkpoint,
  type CheckpointContent,
  checkpointParts,
  checkpointTexts,
  damaged,
  parseState,
  stateText,
} from '../checkpoint/checkpoint-state.ts';
import { columnsFromJson } from '../checkpoint/column-json.ts';
import { loadPart } from '../checkpoint/load-part.ts';
import { tensorBytes, tensorFrom, tensorsHead } from '../checkpoint/tensor-bytes.ts';

/** Files by name; a name may hold folders, `train/step_20/state.json`. */
export type NamedFiles = ReadonlyMap<string, Uint8Array>;

/** The files of a checkpoint, byte for byte those that a run writes to disk. */
export async function checkpointFiles(content: CheckpointContent): Promise<NamedFiles> {
  const files = new Map<string, Uint8Array>();
  for (const part of checkpointParts) {
    const { tensors } = content[part].state();
    const pieces: Uint8Array[] = [tensorsHead(tensors)];
    for (const tensor of Object.values(tensors)) pieces.push(await tensorBytes(tensor));
    files.set(`${part}.safetensors`, joined(pieces));
  }
  for (const [file, text] of Object.entries(checkpointTexts(content))) files.set(file, bytesOf(text));
  const checksums = Object.fromEntries([...files].map(([file, bytes]) => [file, checksum(bytes)]));
  return files.set('state.json', utf8ToBytes(stateText(content, checksums, checksum)));
}

/**
 * Opens a checkpoint that lies in memory, after comparing every file with its checksum.
 *
 * @param where what the files came from, for messages: `model.zip`
 * @param folder of the checkpoint among the files; at their top unless given
 * @param leftOut files that the caller does without, such as `optimizer.safetensors`: they need not be there
 * @throws InputError naming the file that is missing, damaged or of a newer format
 */
export function openCheckpointFiles(files: NamedFiles, where: string, folder = '', leftOut: ReadonlySet<string> = new Set()): Checkpoint {
  const directory = folder === '' ? where : `${where}/${folder}`;
  const pathOf = (file: string) => `${directory}/${file}`;
  const bytesIn = (file: string, what: string): Uint8Array => {
    const bytes = files.get(folder === '' ? file : `${folder}/${file}`);
    if (!bytes) throw damaged(pathOf(file), 'nothing', what);
    return bytes;
  };
  const textIn = (file: string) => new TextDecoder().decode(bytesIn(file, 'a file of a checkpoint'));

  const state = parseState(new TextDecoder().decode(bytesIn('state.json', 'the state of a checkpoint')), pathOf('state.json'), checksum);
  for (const [file, expected] of Object.entries(state.files)) {
    if (leftOut.has(file)) continue;
    if (checksum(bytesIn(file, 'a file of a checkpoint')) !== expected)
      throw damaged(pathOf(file), 'another content than was written', `checksum ${expected.slice(0, 12)}`);
  }
  return {
    directory,
    ...state,
    config: parse(textIn('config.yaml')),
    encoders: JSON.parse(textIn('encoders.json')),
    sinceLog: async () => columnsFromJson(JSON.parse(textIn('since-log.json'))),
    async load(part, into) {
      const file = `${part}.safetensors`;
      const tensors = readTensors(bytesIn(file, 'a file of a checkpoint'), pathOf(file));
      loadPart(part, into, tensors, state.state, pathOf(file));
    },
  };
}

/** The tensors of a safetensors file; they belong to the caller. */
function readTensors(bytes: Uint8Array, path: string): tf.NamedTensorMap {
  const { entries } = parseSafetensorsHead(bytes, bytes.length, path);
  const tensors: [string, tf.Tensor][] = [];
  try {
    // copies: values have to begin at a multiple of four bytes, and an engine may keep the array
    for (const entry of entries) tensors.push([entry.name, tensorFrom(entry, bytes.slice(entry.begin, entry.end), path)]);
    return Object.fromEntries(tensors);
  } catch (error) {
    tf.dispose(tensors.map(([, tensor]) => tensor));
    throw error;
  }
}

const bytesOf = (content: string | Uint8Array) => (typeof content === 'string' ? utf8ToBytes(content) : content);

/** SHA-256 of a text or of bytes, hexadecimal. */
export function checksum(content: string | Uint8Array): string {
  // the browser's own has to be waited for, and is missing in pages that are not served over https
  return bytesToHex(sha256(bytesOf(content)));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}
