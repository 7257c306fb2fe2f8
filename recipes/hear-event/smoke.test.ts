import { mkdtempSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '@s3/dataio';
import { parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { miniatureCorpus, recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import recipe from './recipe.ts';

// Six recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-hear-event-'));
const [train, valid] = [join(folder, 'train.csv'), join(folder, 'test.csv')];
const small = {
  upstream: { name: 'fbank_no_cmvn' },
  downstream: { hiddenSize: 8, dropout: 0 },
  trainData: { chunkSeconds: 0.5 },
  trainBatches: { batchSize: 4 },
};

describe('hear-event on csv files', () => {
  beforeAll(async () => {
    const rows = someRecordings(3, 2).flatMap(({ id, wav_path, spk }) => [
      { record_id: id, wav_path, label: spk, start_sec: '0.1', end_sec: '0.7' },
      { record_id: id, wav_path, label: 'late', start_sec: '0.6', end_sec: '0.9' },
    ]);
    await writeTable(train, rows);
    await writeTable(valid, rows.slice(0, 4));
  });
  testRecipe({ recipe, config: { ...small, corpus: { train, valid, tests: valid } }, targetDir: () => folder, learningRate: 0.05 });
});

test.each(['trainData', 'testData'])('%s.chunkSeconds below a frame is refused', async (section) => {
  const given = { ...small, corpus: { train, tests: valid }, [section]: { chunkSeconds: 0.004 } };
  const config = parseConfig('hear-event', recipe.config, given) as never;
  const context = recipeContext(folder);
  const corpus = await recipe.prepare(config, context);
  const encoders = (await recipe.encode(config, corpus)) as never;
  const problem = async () =>
    recipe.buildProblem({ config, corpus, encoders, task: (await recipe.buildTask({ config, encoders, context })) as never, context });
  await expect(problem()).rejects.toThrow(`${section}.chunkSeconds: found 0.004 s; expected at least a frame of the model, 0.01 s`);
});

test('the metadata of a HEAR task says what is scored, and what is chosen among', async () => {
  const files: { [path: string]: number | string[] } = {
    'labelvocabulary.csv': ['idx,label', '0,60', '1,61'],
    'task_metadata.json': [
      JSON.stringify({
        task_name: 'maestro',
        embedding_type: 'event',
        prediction_type: 'multilabel',
        nfolds: 3,
        evaluation: ['event_onset_50ms_fms', 'event_onset_offset_50ms_20perc_fms'],
        evaluation_params: { event_postprocessing_grid: { median_filter_ms: [150], min_duration: [50] } },
      }),
    ],
  };
  for (const fold of [0, 1, 2]) {
    files[`fold0${fold}.json`] = [JSON.stringify({ [`${fold}.wav`]: [{ label: '60', start: 100, end: 500 }] })];
    files[`16000/fold0${fold}/${fold}.wav`] = fold;
  }
  const made = await miniatureCorpus(files);
  const root = join(folder, 'task');
  await cp(made, root, { recursive: true });
  await rm(made, { recursive: true });
  const config = parseConfig(recipe.name, recipe.config, { ...small, corpus: { root, testFold: 2 } }) as never;
  const context = recipeContext(folder);
  const corpus = await recipe.prepare(config, context);
  const encoders = (await recipe.encode(config, corpus)) as never;
  expect(encoders).toEqual({ labels: ['60', '61'], metric: 'f1Onset50ms', usual: { medianFilterMs: [150], minDurationMs: [50] } });
  const task = (await recipe.buildTask({ config, encoders, context })) as never;
  const problem = await recipe.buildProblem({ config, corpus, encoders, task, context });
  expect(problem.best).toEqual({ metric: 'f1Onset50ms', order: 'max' });
  expect(Object.keys(problem.tests)).toEqual(['fold02']);
});
