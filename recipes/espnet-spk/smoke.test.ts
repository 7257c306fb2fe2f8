import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '@s3/dataio';
import { parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { someTrials } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import espnetSpk from './recipe.ts';
import { speakerEncoder } from './src/speaker-encoder.ts';

// A dozen recordings of real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-espnet-spk-'));
const [train, tests] = [join(folder, 'train.csv'), join(folder, 'trials.csv')];

beforeAll(async () => {
  await writeTable(train, someRecordings(3, 4));
  await writeTable(tests, someTrials(4));
});

const config = {
  corpus: { train, tests },
  downstream: { channels: 16, aggregationSize: 16, embeddingSize: 12 },
  task: { subCenters: 2, hardNegatives: 2, margin: 0.1 },
  trainData: { maxSeconds: 0.5 },
  trainBatches: { batchSize: 6 },
};

describe('espnet-spk', () => {
  testRecipe({
    recipe: espnetSpk,
    config: { ...config, augmentation: { speeds: [1.1] }, evaluation: { segments: 2, segmentSeconds: 0.5 } },
    targetDir: () => folder,
    learningRate: 0.02,
  });
});

describe('an x-vector, whole utterances, cohort and calibration', () => {
  testRecipe({
    recipe: espnetSpk,
    config: {
      ...config,
      downstream: { model: 'xvector', pooling: 'TSP', channels: 8, aggregationSize: 16, embeddingSize: null },
      task: { loss: 'aamsoftmax', margin: 0.1, scale: 10, scoring: 'cosine' },
      augmentation: { speeds: [] },
      evaluation: { segments: null },
      asNorm: { topK: 3, averageSpeakers: false },
      calibration: { trialsPerKind: 10, longSeconds: 2 },
    },
    targetDir: () => folder,
    learningRate: 0.02,
  });
});

test.each([[[1]], [[0.9, 0.9]]])('the speeds %j are refused: there would be utterances twice', (speeds) => {
  expect(() => parseConfig(espnetSpk.name, espnetSpk.config, { augmentation: { speeds } })).toThrow(
    /each speed once.*\n.*at augmentation\.speeds/,
  );
});

test('dropout is refused where there is none', () => {
  const frames = { size: 80, downsampleRate: 160 };
  expect(() => speakerEncoder(frames, { channels: 16, dropout: 0.1 })).toThrow(/dropout: found 0\.1; expected 0, since ecapa-tdnn/);
  expect(speakerEncoder(frames, { model: 'xvector', channels: 16, dropout: 0.1 }).outputSize).toBe(192);
});
