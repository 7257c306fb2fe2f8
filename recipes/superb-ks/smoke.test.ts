import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable, resolveWavPaths, writeTable } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { trainCsv } from '@s3/quickstart-data';
import { beforeAll, describe } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-ks-'));
const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')];

beforeAll(async () => {
  const recordings = resolveWavPaths(await readTable(trainCsv, { columns: ['id', 'wav_path', 'spk'] }), trainCsv);
  const wanted = [...new Set(recordings.map(({ spk }) => spk))].filter((_, index) => index % 3 === 0).slice(0, 3);
  const rows = wanted.flatMap((speaker) =>
    recordings
      .filter(({ spk }) => spk === speaker)
      .slice(0, 4)
      .map(({ id, wav_path, spk }) => ({ id: id!, wav_path: wav_path!, label: spk!, start_sec: '', end_sec: '0.5' })),
  );
  await writeTable(train, rows);
  await writeTable(
    test,
    rows.filter((_, index) => index % 2 === 0),
  );
});

describe('superb-ks', () => {
  testRecipe({
    recipe,
    config: {
      corpus: { train, valid: test, tests: test },
      upstream: { name: 'fbank_no_cmvn' },
      downstream: { hiddenSizes: [8] },
      trainBatches: { batchSize: 6 },
    },
    targetDir: () => folder,
    learningRate: 0.001,
  });
});
