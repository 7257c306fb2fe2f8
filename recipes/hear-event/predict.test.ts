import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withRecordingSource, writeTable } from '@s3/dataio';
import { someRecordings } from '@s3/quickstart-data';
import { loadTask, resolveConfig, runRecipe } from '@s3/trainer';
import { expect, test } from 'vitest';
import recipe from './recipe.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-hear-predict-'));

test('recordings are predicted as the test stage predicted them', { timeout: 60_000 }, async () => {
  const recordings = someRecordings(2, 2);
  const rows = recordings.flatMap(({ id, wav_path, spk }) => [
    { record_id: id, wav_path, label: spk, start_sec: '0.1', end_sec: '0.7' },
    { record_id: id, wav_path, label: 'late', start_sec: '0.6', end_sec: '0.9' },
  ]);
  const table = join(folder, 'events.csv');
  await writeTable(table, rows);
  const targetDir = join(folder, 'exp');
  const settings = {
    'corpus.train': table,
    'corpus.valid': table,
    'corpus.tests': table,
    'upstream.name': 'fbank',
    'downstream.hiddenSize': 4,
    // not the chunks of training, which are HEAR's
    'testData.chunkSeconds': 0.31,
    'task.thresholds': '[0.3,0.5]',
    'task.medianFilterMs': '[60]',
    'task.minDurationMs': '[20,40]',
    'training.totalSteps': 4,
    'training.evalStep': 4,
    'training.saveStep': 4,
    workers: 0,
    targetDir,
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { config } = await resolveConfig(recipe, { words });
  await runRecipe(recipe, config as never, { engine: { name: 'cpu', library: 'that of the tests', reason: 'a test' }, observers: [] });
  const lines = (await readFile(join(targetDir, 'evaluate', 'valid_best', 'events', 'events.csv'), 'utf8')).trim().split('\n').slice(1);
  expect(lines.length).toBeGreaterThan(recordings.length);

  const task = await loadTask(recipe, join(targetDir, 'train', 'valid_best'));
  const predicted: string[] = [];
  for (const { id, wav_path } of recordings) {
    await withRecordingSource(wav_path, task.model.sampleRate, async (source) => {
      const { text } = await task.predictRecording!({ ...source, name: id });
      for (const line of text!.content.trim().split('\n')) {
        const [name, start, end, label] = line.split('\t');
        predicted.push([name, label, start, end].join());
      }
    });
  }
  expect(predicted.sort()).toEqual(lines.sort());
});
