import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeMixtures, readAudio, withRecordingSource, writeWaves } from '@s3/dataio';
import { someRecordings } from '@s3/quickstart-data';
import { judgeSources } from '@s3/task-separation';
import { loadTask, resolveConfig, runRecipe } from '@s3/trainer';
import { expect, test } from 'vitest';
import recipe from './recipe.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-superb-ss-predict-'));

test('what is written of a recording has the scores of the test stage', { timeout: 60_000 }, async () => {
  const speech = someRecordings(2, 1).map(({ id, wav_path, spk }) => ({ id, wav_path, speaker: spk }));
  const { recordings } = await makeMixtures(
    { speech, folder },
    { mixtures: 1, turnsPerSpeaker: 1, overlapRatio: 1, pauseSeconds: 0, alone: true },
  );
  const csv = join(folder, 'sources.csv');
  const settings = {
    ...{ 'corpus.train': csv, 'corpus.valid': csv, 'corpus.tests': csv, 'upstream.name': 'fbank', 'model.fftSize': 320 },
    ...{ 'downstream.hiddenSize': 4, 'downstream.rnnLayers': 1, 'trainData.maxSeconds': 0.5, 'optimizer.learningRate': 0.01 },
    ...{ 'training.totalSteps': 2, 'training.evalStep': 2, 'training.saveStep': 2, workers: 0, targetDir: join(folder, 'exp') },
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { config } = await resolveConfig(recipe, { words });
  const engine = { name: 'cpu', library: 'that of the tests', reason: 'a test' } as const;
  const { tests } = await runRecipe(recipe, config as never, { engine, observers: [] });

  const task = await loadTask(recipe, join(folder, 'exp', 'train', 'valid_best'));
  const { path } = recordings[0]!;
  const out = join(folder, 'separated');
  await withRecordingSource(path, task.model.sampleRate, async (source) => {
    const paths = task.sound!.outputs.map((output) => join(out, `${source.name}_${output}.wav`));
    await writeWaves(paths, source, task.sound!.pieces(source));
  });
  expect(readdirSync(out)).toEqual(['mix_00000_s1.wav', 'mix_00000_s2.wav']);
  const read = (...places: string[]) => readAudio(join(folder, ...places));
  const { siSdr, siSdrImprovement } = judgeSources({
    mixture: await readAudio(path),
    references: [await read('s1', 'mix_00000.wav'), await read('s2', 'mix_00000.wav')],
    estimates: [await read('separated', 'mix_00000_s1.wav'), await read('separated', 'mix_00000_s2.wav')],
    sampleRate: 16_000,
  });
  // samples of 16 bits
  expect(siSdr).toBeCloseTo(tests['sources']!['siSdr']!, 1);
  expect(siSdrImprovement).toBeCloseTo(tests['sources']!['siSdrImprovement']!, 1);
});
