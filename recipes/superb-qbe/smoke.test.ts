import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAudio, wavBytes, writeTable } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, describe } from 'vitest';
import superbQbe from './recipe.ts';

// Pieces of real speech, searched for in the recordings they were cut out of and in others.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-qbe-'));
const [documents, dev, evaluation] = ['documents', 'dev', 'eval'].map((name) => join(folder, `${name}.csv`)) as [string, string, string];

async function piece(id: string, path: string, startSeconds: number): Promise<string> {
  const samples = await readAudio(path, { sampleRate: 16_000, startSeconds, endSeconds: startSeconds + 0.4 });
  const file = join(folder, `${id}.wav`);
  writeFileSync(file, wavBytes(samples, 16_000));
  return file;
}

beforeAll(async () => {
  const recordings = someRecordings(3, 4);
  await writeTable(
    documents,
    recordings.map(({ id, wav_path }) => ({ id, wav_path })),
  );
  const queries = (split: string, from: number) =>
    Promise.all(
      recordings.slice(from, from + 3).map(async ({ id, wav_path }, place) => {
        return { id: `${split}-${place}`, wav_path: await piece(`${split}-${place}`, wav_path, 0.5), documents: id };
      }),
    );
  await writeTable(dev, await queries('dev', 0));
  await writeTable(evaluation, await queries('eval', 5));
});

describe('superb-qbe', () => {
  testRecipe({
    recipe: superbQbe,
    config: { corpus: { documents, valid: dev, tests: evaluation }, upstream: { name: 'mfcc' } },
    targetDir: () => folder,
  });
});
