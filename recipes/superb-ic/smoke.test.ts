import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable, resolveWavPaths, writeTable } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { manifestCsv, trainCsv } from '@s3/quickstart-data';
import { beforeAll, describe } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-ic-'));
const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')];

beforeAll(async () => {
  const recordings = resolveWavPaths(await readTable(trainCsv, { columns: ['id', 'wav_path', 'spk'] }), trainCsv);
  const sex = new Map((await readTable(manifestCsv)).map((row) => [row['id'], row['sex']]));
  const speakers = [...new Map(recordings.map(({ id, spk }) => [spk, sex.get(id!)]))];
  const ofSex = (wanted: string) => speakers.filter(([, one]) => one === wanted).map(([speaker]) => speaker);
  const wanted = [...ofSex('female').slice(0, 2), ...ofSex('male').slice(0, 1)];
  const rows = wanted.flatMap((speaker) =>
    recordings
      .filter(({ spk }) => spk === speaker)
      .slice(0, 4)
      .map(({ id, wav_path, spk }) => ({
        id: id!,
        wav_path: wav_path!,
        labels: `${sex.get(id!)} ; ${spk}`,
        start_sec: '',
        end_sec: '0.5',
      })),
  );
  await writeTable(train, rows);
  await writeTable(
    test,
    rows.filter((_, index) => index % 2 === 0),
  );
});

describe('superb-ic', () => {
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
