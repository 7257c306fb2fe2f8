import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeMixtures, wavBytes } from '@s3/dataio';
import { randomStream } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, describe } from 'vitest';
import superbSe from './recipe.ts';

// Real speech of one speaker at a time, in noise.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-se-'));

beforeAll(async () => {
  const speech = someRecordings(2, 2).map(({ id, wav_path, spk }) => ({ id, wav_path, speaker: spk }));
  const noise = join(folder, 'noise.wav');
  const random = randomStream('noise');
  await writeFile(
    noise,
    wavBytes(
      Float32Array.from({ length: 16_000 }, () => 0.05 * random.normal()),
      16_000,
    ),
  );
  const settings = { mixtures: 2, minSpeakers: 1, maxSpeakers: 1, turnsPerSpeaker: 1, pauseSeconds: 0, alone: true, noise };
  await makeMixtures({ speech, folder }, settings);
});

describe('superb-se', () => {
  const csv = join(folder, 'sources.csv');
  testRecipe({
    recipe: superbSe,
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
