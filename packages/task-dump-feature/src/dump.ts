import { type DataLoader, InputError, type Waveforms } from '@s3/interface';
import { dispose } from '@tensorflow/tfjs-core';
import { dumpFileNames } from './dump-file-names.ts';
import type { FeatureExtractor, NamedArrays } from './feature-extractor.ts';
import { type Finished, resumableFolder, type Shard } from './resumable-folder.ts';

/** Where and how hidden states are written. */
export interface DumpOptions<U extends { readonly id: string }, Format extends string> {
  readonly extractor: FeatureExtractor;
  /** everything that the dump is to have, in all processes alike */
  readonly utterances: readonly U[];
  /** Reads these utterances; asked once, for those that are still to be done by this process. */
  readonly batchesOf: (
    utterances: readonly U[],
  ) => DataLoader<{ readonly waveforms: Waveforms; readonly utterances: readonly string[] }> | Promise<DataLoader<DumpBatch>>;
  readonly outDir: string;
  /** ending of the files */
  readonly format: Format;
  /** The content of a file: `arrayBytes` of `@s3/dataio`, or your own. */
  readonly bytesOf: (arrays: NamedArrays, format: Format) => Uint8Array;
  /** what made the features, such as the upstream's name; a dump by another is not continued */
  readonly source: string;
  /** this process among several that share the work, from 0 */
  readonly shard?: Shard;
  readonly onProgress?: (label: string, done: number, total: number) => void;
  /** stops after the batch at hand */
  readonly signal?: AbortSignal;
}
type DumpBatch = { readonly waveforms: Waveforms; readonly utterances: readonly string[] };

/** What is noted of a file. */
interface DumpNote {
  readonly id: string;
  /** array name to its axes, `hidden_states (13, 49, 768)` */
  readonly arrays: string;
}

/** One file of a dump. */
export type ManifestRow = Finished<DumpNote>;

/** What a call has written, and how far the dump is. */
export interface Dumped {
  /** files that this call wrote */
  readonly written: number;
  /** files that were there */
  readonly found: number;
  /** whether the dump is whole, all processes' share included; then there is `manifest.csv` */
  readonly complete: boolean;
}

/**
 * Writes the features of utterances to disk, one file for each.
 *
 * A file appears whole or not at all, and is then noted in the process's own list, so a dump that was stopped at any moment
 * continues where it was: without gaps, duplicates or torn files. Several processes share one folder, each with its shard; who
 * finishes the last file writes `manifest.csv`, in the order of the utterances. `dump.json` says what the features are.
 *
 * @throws InputError when there is nothing to do, two utterances have one id, the shard is none of its count, or the folder
 *   holds a dump of something else
 */
export async function dump<U extends { readonly id: string }, Format extends string>(options: DumpOptions<U, Format>): Promise<Dumped> {
  const { extractor, utterances, outDir, format, bytesOf, source, shard = { index: 0, count: 1 }, onProgress, signal } = options;
  check(utterances, shard);
  const folder = await resumableFolder<DumpNote>(outDir, 'dump', { source, format, ...extractor.description });
  const names = dumpFileNames(utterances.map(({ id }) => id)).map((name) => `${name}.${format}`);
  const fileOf = new Map(utterances.map(({ id }, index) => [id, names[index]!]));
  const isOf = (id: string, finished: ReadonlyMap<string, ManifestRow>) => finished.get(fileOf.get(id)!)?.id === id;

  const before = await folder.finished();
  const own = utterances.filter((_, index) => index % shard.count === shard.index);
  const remaining = own.filter(({ id }) => !isOf(id, before));
  const found = own.length - remaining.length;
  let written = 0;
  if (remaining.length > 0) {
    for await (const batch of (await options.batchesOf(remaining)).epoch(0)) {
      const arrays = await extractor.extract(batch.waveforms);
      dispose(batch.waveforms.values);
      for (const [row, id] of batch.utterances.entries()) {
        const axes = Object.entries(arrays[row]!).map(([name, { shape }]) => `${name} (${shape.join(', ')})`);
        await folder.add(shard, fileOf.get(id)!, bytesOf(arrays[row]!, format), { id, arrays: axes.join('; ') });
        written += 1;
      }
      onProgress?.('writing features', found + written, own.length);
      if (signal?.aborted) break;
    }
  }
  const all = await folder.finished();
  const complete = utterances.every(({ id }) => isOf(id, all));
  if (complete) await folder.writeManifest(names.map((name) => manifestRow(all.get(name)!)));
  return { written, found, complete };
}

const manifestRow = ({ id, file, bytes, arrays }: ManifestRow) => ({ id, file, bytes, arrays });

function check(utterances: readonly { readonly id: string }[], { index, count }: Shard): void {
  if (utterances.length === 0) throw new InputError('utterances', 'none', 'at least one', 'Name audio files, or a csv file with rows.');
  if (!(Number.isInteger(count) && Number.isInteger(index) && index >= 0 && index < count)) {
    throw new InputError('shard', `${index} of ${count}`, 'an index from 0 to count - 1', 'Number the processes from 0.');
  }
  const ids = new Set<string>();
  for (const { id } of utterances) {
    if (ids.has(id))
      throw new InputError('utterances', `the id '${id}' twice`, 'an id of its own for each utterance', 'Rename one of them.');
    ids.add(id);
  }
}
