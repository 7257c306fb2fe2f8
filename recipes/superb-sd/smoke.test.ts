import { mkdtempSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { audioInfo, readTable } from '@s3/dataio';
import { type Corpus, parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { manifestCsv } from '@s3/quickstart-data';
import { recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import superbSd from './recipe.ts';

// Recordings of one speaker each: enough to see every stage at work, whoever speaks when.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-sd-'));
const sets = ['train', 'dev', 'test'];
const small = {
  corpus: { root: folder },
  upstream: { name: 'fbank' },
  downstream: { hiddenSize: 8 },
  trainData: { chunkFrames: 100 },
  testData: { chunkFrames: 60, hopFrames: 40 },
  trainBatches: { batchSize: 2 },
};

beforeAll(async () => {
  const rows = (await readTable(manifestCsv, { columns: ['id', 'path', 'seconds'] })).filter(({ seconds }) => Number(seconds) < 2);
  for (const [place, set] of sets.entries()) {
    const own = await Promise.all(
      rows.slice(3 * place, 3 * place + 3).map(async ({ id, path }) => {
        const file = join(dirname(manifestCsv), path!);
        return { id: id!, file, seconds: (await audioInfo(file)).seconds };
      }),
    );
    await mkdir(join(folder, set));
    const write = (name: string, line: (row: (typeof own)[number]) => string) =>
      writeFile(join(folder, set, name), own.map((row) => `${line(row)}\n`).join(''));
    await write('wav.scp', ({ id, file }) => `${id} ${file}`);
    await write('segments', ({ id, seconds }) => `${id}-0 ${id} 0.2 ${(seconds - 0.2).toFixed(2)}`);
    await write('utt2spk', ({ id }) => `${id}-0 ${id}`);
    await write('reco2dur', ({ id, seconds }) => `${id} ${seconds}`);
  }
});

describe('superb-sd', () => testRecipe({ recipe: superbSd, config: small, targetDir: () => folder, learningRate: 0.5, steps: 6 }));

test('a recording of more speakers than model.speakers names the setting', async () => {
  const config = (corpus: object) => parseConfig('superb-sd', superbSd.config, { ...small, corpus, model: { speakers: 1 } }) as never;
  const { train } = await superbSd.prepare(config({ root: folder }), recipeContext(folder));
  const [row] = train;
  const two = [row!, { ...row!, utt_id: 'another', speaker: 'another' }].map((one) => Object.values(one).join(','));
  const csv = join(folder, 'two.csv');
  await writeFile(csv, [Object.keys(row!).join(','), ...two, ''].join('\n'));
  const prepared = superbSd.prepare(config({ train: csv, tests: csv }), recipeContext(folder));
  await expect(prepared).rejects.toThrow('Set model.speakers higher, or take the recording out.');
});

test('reads Kaldi directories, csv tables and RTTM beside audio as the same', async () => {
  const context = recipeContext(folder);
  const prepare = (corpus: object): Promise<Corpus> =>
    superbSd.prepare(parseConfig('superb-sd', superbSd.config, { ...small, corpus }) as never, context);
  const kaldi = await prepare({ root: folder });
  expect(Object.keys(kaldi.tests)).toEqual(['test']);
  const csv = (name: string) => join(folder, `${name}.csv`);
  const columns = Object.keys(kaldi.train[0]!);
  await writeFile(
    csv('test'),
    `${columns.join(',')}\n${kaldi.tests['test']!.map((row) => columns.map((column) => row[column]).join(',')).join('\n')}\n`,
  );
  expect((await prepare({ train: csv('test'), tests: csv('test') })).train).toEqual(kaldi.tests['test']);
});
