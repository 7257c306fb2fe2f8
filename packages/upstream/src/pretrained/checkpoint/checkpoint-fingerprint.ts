import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, isFile } from '../hub/hub-cache.ts';
import { readPartNames, weightLayouts } from './checkpoint-folder.ts';

const pieceBytes = 4096;
const pieces = 64;

/**
 * Tells a checkpoint from others, by what is in it: its settings, and of its files of weights sizes and pieces that lie evenly
 * over each, since training changes every weight and reading all of them takes seconds.
 *
 * @param place its folder, or the file that it is
 */
export async function checkpointFingerprint(place: string, settings: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const path of await weightFiles(place)) await addPieces(hash, path);
  return hash.digest('hex').slice(0, 32);
}

/** The files that `openCheckpoint` reads. */
async function weightFiles(place: string): Promise<readonly string[]> {
  if (await isFile(place)) return [place];
  for (const layout of weightLayouts) {
    if (await exists(join(place, layout.file))) return [join(place, layout.file)];
    if (await exists(join(place, layout.index))) return (await readPartNames(place, layout)).sort().map((file) => join(place, file));
  }
  return [];
}

async function addPieces(hash: Hash, path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    hash.update(`${size} `);
    const count = Math.min(pieces, Math.ceil(size / pieceBytes));
    for (let piece = 0; piece < count; piece++) {
      const start = count < pieces ? piece * pieceBytes : Math.floor((piece * (size - pieceBytes)) / (pieces - 1));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, start);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
