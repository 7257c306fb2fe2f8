import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable, resolveWavPaths } from '@s3/dataio';
import { selectEngine } from '@s3/engine';
import type { EngineInfo } from '@s3/interface';
import { trainCsv, trialsCsv } from '@s3/quickstart-data';
import { readLog, runRecipe } from '@s3/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
import superbAsv from './recipe.ts';

const before = tf.getBackend();
afterAll(() => tf.setBackend(before));

test('the same training gives the same metrics on every engine that is there', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-engines-'));
  const [train, tests] = [join(folder, 'train.csv'), join(folder, 'trials.csv')];
  const utterances = resolveWavPaths(await readTable(trainCsv, { columns: ['id', 'wav_path', 'spk'] }), trainCsv);
  const speakers = [...new Set(utterances.map(({ spk }) => spk))].slice(0, 2);
  const few = speakers.flatMap((speaker) => utterances.filter(({ spk }) => spk === speaker).slice(0, 3));
  await writeFile(train, ['id,wav_path,spk', ...few.map(({ id, wav_path, spk }) => `${id},${wav_path},${spk}`), ''].join('\n'));
  const columns = ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'];
  const trials = resolveWavPaths(await readTable(trialsCsv, { columns }), trialsCsv);
  const pairs = ['1', '0'].flatMap((wanted) => trials.filter(({ label }) => label === wanted).slice(0, 3));
  await writeFile(tests, [columns.join(), ...pairs.map((row) => columns.map((column) => row[column]).join()), ''].join('\n'));

  const found: { [engine: string]: number[] } = {};
  for (const name of ['wasm', 'native', 'webgpu'] as const) {
    const engine = await selectEngine(name).catch((): EngineInfo | undefined => undefined);
    if (!engine) continue;
    const settings = {
      targetDir: join(folder, name),
      cacheDir: join(folder, 'cache'),
      workers: 0,
      corpus: { train, tests },
      upstream: { name: 'fbank' },
      downstream: { hiddenSize: 8, tdnnSize: 8, aggregationSize: 12, outputSize: 8 },
      trainData: { minSeconds: 0.4, maxSeconds: 0.4 },
      trainBatches: { batchSize: 3 },
      training: { totalSteps: 3, logStep: 1 },
    };
    const result = await runRecipe(superbAsv, settings, { engine, observers: [] });
    expect(result.engine).toBe(name);
    const losses = (await readLog(join(settings.targetDir, 'train/log.jsonl'))).flatMap(({ log }) => log['loss'] ?? []);
    const { eer, eerThreshold, minDcf } = Object.values(result.tests)[0]!;
    found[name] = [...losses, eer!, eerThreshold!, minDcf!] as number[];
  }
  const { wasm, ...others } = found;
  expect(wasm).toHaveLength(6);
  const asked = process.env['S3_ENGINE'] ?? 'cpu';
  if (asked in { native: 0, webgpu: 0 }) expect(Object.keys(others)).toContain(asked);
  for (const [name, metrics] of Object.entries(others)) {
    for (const [at, metric] of metrics.entries()) expect(Math.abs(metric / wasm![at]! - 1), `${name}, number ${at}`).toBeLessThan(1e-3);
  }
});
