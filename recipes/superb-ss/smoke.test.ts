import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeMixtures } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, describe } from 'vitest';
import superbSs from './recipe.ts';

// Real speech of two at a time, wholly over one another.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-ss-'));

beforeAll(async () => {
  const speech = someRecordings(2, 2).map(({ id, wav_path, spk }) => ({ id, wav_path, speaker: spk }));
  const settings = { mixtures: 2, turnsPerSpeaker: 1, overlapRatio: 1, pauseSeconds: 0, alone: true };
  await makeMixtures({ speech, folder }, settings);
});

describe('superb-ss', () => {
  const csv = join(folder, 'sources.csv');
  testRecipe({
    recipe: superbSs,
    config: {
      corpus: { train: csv, valid: csv, tests: csv },
      upstream: { name: 'fbank' },
      model: { fftSize: 320 },
      downstream: { hiddenSize: 4, rnnLayers: 1 },
      trainData: { maxSeconds: 0.5 },
      trainBatches: { batchSize: 2 },
    },
    targetDir: () => folder,
    learningRate: 0.001,
    steps: 6,
  });
});
