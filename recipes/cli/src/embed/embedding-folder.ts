import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { arrayBytes, type NamedArrays } from '@s3/dataio';
import { InputError } from '@s3/interface';
import { type Finished, resumableFolder, type Shard } from '@s3/task-dump-feature';

/** Segments of an utterance, one for a whole utterance. */
export interface EmbeddedUtterance {
  readonly id: string;
  readonly seconds: number;
  readonly segments: readonly Float32Array[];
}

/** What is noted of a file of embeddings. */
interface PartNote {
  readonly utterances: readonly { readonly id: string; readonly seconds: number; readonly segments: number; readonly features: number }[];
}
type Parts = ReadonlyMap<string, Finished<PartNote>>;

/** Embeddings in parts, compressed npz files with an array for each utterance under its id. */
export interface EmbeddingFolder {
  /** The parts that are there in full, whoever wrote them. */
  readonly finished: () => Promise<Parts>;
  readonly add: (shard: Shard, utterances: readonly EmbeddedUtterance[]) => Promise<void>;
  /**
   * Removes parts that are torn or that no list knows: what is in them is made again.
   *
   * @param shards whose parts; of all, whoever made them, unless given
   */
  readonly removeTorn: (finished: Parts, shards?: readonly Shard[]) => Promise<void>;
  /** Lists each utterance with its file. */
  readonly writeManifest: (ids: readonly string[], parts: Parts) => Promise<void>;
}

const partPattern = /^(embeddings-\d+-of-\d+)-part-\d+\.npz(\.tmp)?$/;
const shardName = ({ index, count }: Shard) => `embeddings-${index + 1}-of-${count}`;

/**
 * @param description what makes the embeddings
 * @throws InputError for a folder with embeddings of another making
 */
export async function embeddingFolder(path: string, description: object): Promise<EmbeddingFolder> {
  const folder = await resumableFolder<PartNote>(path, 'embed', description);
  return {
    finished: folder.finished,
    async add(shard, utterances) {
      const taken = new Set(await readdir(path));
      const nameOf = (number: number) => `${shardName(shard)}-part-${String(number).padStart(5, '0')}.npz`;
      let number = 1;
      while (taken.has(nameOf(number))) number++;
      const arrays = Object.fromEntries(utterances.map(({ id, segments }) => [id, arrayOf(segments)]));
      const noted = utterances.map(({ id, seconds, segments }) => {
        return { id, seconds, segments: segments.length, features: segments[0]!.length };
      });
      await folder.add(shard, nameOf(number), arrayBytes(arrays, 'npz', { compress: true }), { utterances: noted });
    },
    async removeTorn(finished, shards) {
      const owners = shards && new Set(shards.map(shardName));
      for (const file of await readdir(path)) {
        const owner = partPattern.exec(file)?.[1];
        if (owner !== undefined && (!owners || owners.has(owner)) && !finished.has(file)) await rm(join(path, file), { force: true });
      }
    },
    async writeManifest(ids, parts) {
      const rows = [...parts.values()].flatMap(({ file, utterances }) => utterances.map((one) => ({ ...one, file })));
      const rowOf = new Map(rows.map((row) => [row.id, row]));
      await folder.writeManifest(
        ids.map((id) => {
          const { file, segments, features, seconds } = rowOf.get(id)!;
          return { id, file, segments, features, seconds: seconds.toFixed(4) };
        }),
      );
    },
  };
}

/** @throws InputError where the folder that another process has opened is not seen */
export async function checkEmbeddingFolder(folder: string): Promise<void> {
  const path = join(folder, 'embed.json');
  if (await stat(path).catch(() => undefined)) return;
  const remedy = 'Use a folder on a file system that the machines share.';
  throw new InputError(path, `nothing on ${hostname()}`, 'what process 0 has just written there', remedy);
}

/** (segments, features) */
function arrayOf(segments: readonly Float32Array[]): NamedArrays[string] {
  const features = segments[0]!.length;
  const values = new Float32Array(segments.length * features);
  segments.forEach((segment, row) => void values.set(segment, row * features));
  return { shape: [segments.length, features], values };
}
