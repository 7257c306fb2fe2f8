import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { arrayBytes, type NamedArrays, writeTable } from '@s3/dataio';
import { InputError } from '@s3/interface';
import type { Share } from '../processes/share-of.ts';

/** Segments of an utterance, one for a whole utterance. */
export interface EmbeddedUtterance {
  readonly id: string;
  readonly seconds: number;
  readonly segments: readonly Float32Array[];
}

/** What the list of a share says of one of its files. */
interface Part {
  readonly file: string;
  /** of the file, by which a torn one is known */
  readonly bytes: number;
  readonly utterances: readonly { readonly id: string; readonly seconds: number; readonly segments: number; readonly features: number }[];
}

const listPattern = /^embeddings-\d+-of-\d+\.jsonl$/;
const partPattern = /^(embeddings-\d+-of-\d+)-part-\d+\.npz(\.tmp)?$/;
const shareName = ({ index, count }: Share) => `embeddings-${index + 1}-of-${count}`;

/**
 * Makes sure that the folder is for these embeddings.
 *
 * @param description what made them
 * @throws InputError for a folder with embeddings of another making
 */
export async function openEmbeddingFolder(folder: string, description: object): Promise<void> {
  const path = join(folder, 'embed.json');
  const text = `${JSON.stringify(description, null, 1)}\n`;
  await mkdir(folder, { recursive: true });
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === undefined) return writeWhole(path, text, `${path}.${process.pid}.tmp`);
  if (found === text) return;
  const plain = (json: string) => json.replace(/\s+/g, ' ').trim();
  throw new InputError(path, plain(found), plain(text), 'Choose another folder, or remove these embeddings.');
}

/** @throws InputError where the folder that another process has opened is not seen */
export async function checkEmbeddingFolder(folder: string): Promise<void> {
  const path = join(folder, 'embed.json');
  if (await stat(path).catch(() => undefined)) return;
  const remedy = 'Use a folder on a file system that the machines share.';
  throw new InputError(path, `nothing on ${hostname()}`, 'what process 0 has just written there', remedy);
}

/** The files that are there in full, whoever wrote them. */
export async function finishedParts(folder: string): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const list of (await readdir(folder)).filter((name) => listPattern.test(name)).sort()) {
    for (const line of (await readFile(join(folder, list), 'utf8')).split('\n')) {
      const part = parsed(line);
      const size = part && (await stat(join(folder, part.file)).catch(() => undefined))?.size;
      if (part && size === part.bytes) parts.push(part);
    }
  }
  return parts;
}

function parsed(line: string): Part | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as Part);
  } catch {
    // torn by a kill
    return undefined;
  }
}

/**
 * Removes files of parts that are torn or that no list knows: what is in them is made again.
 *
 * @param shares whose files; of all, whoever made them, unless given
 */
export async function removeTornParts(folder: string, finished: readonly Part[], shares?: readonly Share[]): Promise<void> {
  const whole = new Set(finished.map(({ file }) => file));
  const owners = shares && new Set(shares.map(shareName));
  for (const name of await readdir(folder)) {
    const owner = partPattern.exec(name)?.[1];
    if (owner !== undefined && (!owners || owners.has(owner)) && !whole.has(name)) await rm(join(folder, name), { force: true });
  }
}

/** Writes one compressed npz file with the embeddings of these utterances under their ids, and notes it in the list of its share. */
export async function writePart(folder: string, share: Share, utterances: readonly EmbeddedUtterance[]): Promise<void> {
  const list = `${shareName(share)}.jsonl`;
  const taken = new Set(await readdir(folder));
  let number = 1;
  const nameOf = (place: number) => `${shareName(share)}-part-${String(place).padStart(5, '0')}.npz`;
  while (taken.has(nameOf(number))) number++;
  const arrays: NamedArrays = Object.fromEntries(
    utterances.map(({ id, segments }) => {
      const features = segments[0]!.length;
      const values = new Float32Array(segments.length * features);
      segments.forEach((segment, row) => void values.set(segment, row * features));
      return [id, { shape: [segments.length, features], values }];
    }),
  );
  const bytes = arrayBytes(arrays, 'npz', { compress: true });
  const file = nameOf(number);
  await writeWhole(join(folder, file), bytes);
  const part: Part = {
    file,
    bytes: bytes.length,
    utterances: utterances.map(({ id, seconds, segments }) => ({ id, seconds, segments: segments.length, features: segments[0]!.length })),
  };
  const handle = await open(join(folder, list), 'a+');
  try {
    // a line that was torn must not take the next one with it
    const { size } = await handle.stat();
    const last = size > 0 ? (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString() : '\n';
    await handle.appendFile(`${last === '\n' ? '' : '\n'}${JSON.stringify(part)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes `manifest.csv`: each utterance with its file, once all are there. */
export async function writeManifest(folder: string, ids: readonly string[], parts: readonly Part[]): Promise<void> {
  const rowOf = new Map(
    parts.flatMap(({ file, utterances }) => utterances.map((utterance) => [utterance.id, { ...utterance, file }] as const)),
  );
  const rows = ids.map((id) => {
    const { file, seconds, segments, features } = rowOf.get(id)!;
    return { id, file, segments: String(segments), features: String(features), seconds: seconds.toFixed(4) };
  });
  await writeTable(join(folder, 'manifest.csv'), rows);
}

/**
 * Writes beside the place and moves it there.
 *
 * @param aside where it is written first: what a killed process left of a part is overwritten when that is made again
 */
async function writeWhole(path: string, content: string | Uint8Array, aside = `${path}.tmp`): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(aside, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw new InputError(path, (cause as Error).message, 'a file that can be written', 'Choose another folder or make room.', { cause });
  }
}
