import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readArrays, readTable } from '@s3/dataio';
import { InputError } from '@s3/interface';

/** Embeddings read from files. */
export interface StoredEmbeddings {
  /** utterance id to its segments */
  readonly embeddings: ReadonlyMap<string, readonly Float32Array[]>;
  /** seconds of the utterances, where a manifest says so */
  readonly seconds: ReadonlyMap<string, number>;
}

/**
 * Embeddings of a folder that `s3 embed` wrote, or of npz files: arrays (features) or (segments, features) by utterance id, as
 * ESPnet writes them.
 *
 * @throws InputError for a folder without a manifest, files that are torn, an utterance in two of them, or arrays of other axes
 */
export async function readEmbeddings(paths: readonly string[]): Promise<StoredEmbeddings> {
  const embeddings = new Map<string, readonly Float32Array[]>();
  const seconds = new Map<string, number>();
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory();
    const files = isFolder ? await filesOfManifest(path, seconds) : [path];
    for (const file of files) {
      const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
        throw new InputError(
          file,
          cause.code === 'ENOENT' ? 'no such file' : cause.message,
          'an npz file of embeddings',
          'Check the path.',
          { cause },
        );
      });
      for (const [id, { shape, values }] of Object.entries(readArrays(bytes, 'npz', file))) {
        const features = shape.at(-1) ?? 0;
        if (shape.length > 2 || features === 0) {
          throw new InputError(
            `${file}, '${id}'`,
            `the axes (${shape.join(', ')})`,
            '(features) or (segments, features)',
            'Give embeddings.',
          );
        }
        if (embeddings.has(id)) throw new InputError(file, `the utterance '${id}' again`, 'each utterance once', 'Give one of the files.');
        const rows = values.length / features;
        embeddings.set(
          id,
          Array.from({ length: rows }, (_, row) => values.subarray(row * features, (row + 1) * features)),
        );
      }
    }
  }
  return { embeddings, seconds };
}

async function filesOfManifest(folder: string, seconds: Map<string, number>): Promise<readonly string[]> {
  const manifest = join(folder, 'manifest.csv');
  const table = await readTable(manifest, { columns: ['id', 'file', 'seconds'] }).catch((cause) => {
    throw new InputError(
      manifest,
      'no list of all embeddings',
      'what s3 embed leaves when all shares are done',
      'Run the missing shares.',
      { cause },
    );
  });
  for (const { id, seconds: length } of table) seconds.set(id!, Number(length));
  return [...new Set(table.map(({ file }) => join(folder, file!)))];
}
