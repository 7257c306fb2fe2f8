import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { prepareSearch } from './search-corpus.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-search-'));
  await writeFile(join(folder, 'documents.csv'), 'id,wav_path\nd1,a/1.wav\nd2,a/2.wav\nd3,\n');
  await writeFile(join(folder, 'dev.csv'), 'id,wav_path,documents\nq1,q/1.wav,d1 d3\nq2,q/2.wav,\n');
});

const file = (name: string) => join(folder, name);
async function queries(text: string) {
  await writeFile(file('queries.csv'), `id,wav_path,documents\n${text}`);
  return prepareSearch({ documents: file('documents.csv'), tests: file('queries.csv') });
}

test('reads csv files; what has no audio stays without', async () => {
  const corpus = await prepareSearch({ documents: file('documents.csv'), valid: file('dev.csv'), tests: file('dev.csv') });
  expect(corpus.train).toEqual([
    { id: 'd1', wav_path: file('a/1.wav') },
    { id: 'd2', wav_path: file('a/2.wav') },
    { id: 'd3', wav_path: '' },
  ]);
  expect(corpus.valid).toEqual(corpus.tests['dev']);
  expect(corpus.valid![0]).toEqual({ id: 'q1', wav_path: file('q/1.wav'), documents: 'd1 d3' });
});

test('names the row that is wrong', async () => {
  await expect(queries('q1,1.wav,d1 d9\n')).rejects.toThrow(/queries\.csv, row 2: found the document 'd9'/);
  await expect(queries('q1,1.wav,d1\nq1,2.wav,d1\n')).rejects.toThrow(/row 3: found the id 'q1', which row 2 has too/);
  await expect(queries('q1,,d1\n')).rejects.toThrow(/1 rows without a wav_path/);
  await expect(queries('q1,1.wav,\n')).rejects.toThrow(/1 queries, none of which is in a document/);
  await expect(queries('q 1,1.wav,d1\n')).rejects.toThrow(/a blank in the id 'q 1'/);
});

test('refuses settings that do not say where the speech is', async () => {
  await expect(prepareSearch({})).rejects.toThrow(/corpus: found neither root nor documents and tests/);
  await expect(prepareSearch({ documents: 'x' })).rejects.toThrow(/found only documents/);
  await expect(prepareSearch({ root: folder, documents: 'x' })).rejects.toThrow(/corpus\.root: found documents beside it/);
  await expect(prepareSearch({ documents: 'x', tests: 'y', language: 'czech' })).rejects.toThrow(/corpus\.language: found czech/);
});
