import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import recipe from './recipe.ts';

/** What S3PRL's default configuration of HearDcase2016Task2 (0.4.18) has beside that of scenes. */
const dcase = `
prepare_data: {dataset_root: /data/dcase}
build_dataset:
  train: {chunk_secs: 3.0, step_secs: 4.0}
  valid: {chunk_secs: 4.0, step_secs: 4.0}
  test: {chunk_secs: 4.0, step_secs: 4.0}
build_batch_sampler: {train: {batch_size: 5, shuffle: true}}
build_upstream: {name: fbank}
build_downstream: {hidden_layers: 2}
build_task:
  prediction_type: multilabel
  scores: [event_onset_200ms_fms, segment_1s_er]
  postprocessing_grid: {median_filter_ms: [250], min_duration: [125, 250]}
train: {total_steps: 15000, valid_metric: event_onset_200ms_fms, valid_higher_better: true}
`;

test("takes S3PRL's settings of a HEAR problem", async () => {
  const folder = await mkdtemp(join(tmpdir(), 's3-hear-settings-'));
  const file = join(folder, 's3prl.yaml');
  await writeFile(file, dcase);
  const { config } = await resolveConfig(recipe, { files: [file], words: ['--targetDir', folder] });
  await rm(folder, { recursive: true });
  expect(config).toMatchObject({
    corpus: { root: '/data/dcase' },
    trainData: { chunkSeconds: 3 },
    validData: { chunkSeconds: 4 },
    trainBatches: { batchSize: 5 },
    task: { thresholds: [0.5], medianFilterMs: [250], minDurationMs: [125, 250] },
    training: { totalSteps: 15_000, validMetric: 'f1Onset200ms', validOrder: 'max' },
  });
});
