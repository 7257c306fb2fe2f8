import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import recipe from './recipe.ts';

/** S3PRL's default configuration of HearFSD (0.4.18), with HEAR's other norm and initial weights. */
const hearFsd = `
prepare_data: {dataset_root: /data/fsd50k, test_fold: 1, num_folds: 5}
build_batch_sampler:
  train: {batch_size: 10, shuffle: true}
  valid: {batch_size: 1}
  test: {batch_size: 1}
build_upstream: {name: fbank}
build_featurizer: {layer_selections: null, normalize: false}
build_downstream: {hidden_layers: 2, pooling_type: MeanPooling, hidden_norm: LayerNorm, initialization: xavier_normal_}
build_model: {upstream_trainable: false}
build_task: {prediction_type: multilabel, scores: [mAP, top1_acc, d_prime, aucroc]}
build_optimizer: {name: Adam, conf: {lr: 0.001}}
build_scheduler: {name: ExponentialLR, gamma: 0.9}
save_model: {}
save_task: {}
train: {total_steps: 40000, log_step: 100, eval_step: 1000, save_step: 100, gradient_clipping: 1.0, gradient_accumulate: 1,
  valid_metric: mAP, valid_higher_better: true, auto_resume: true, resume_ckpt_dir: null}
evaluate: {}
`;

test("takes S3PRL's settings of a HEAR problem", async () => {
  const folder = await mkdtemp(join(tmpdir(), 's3-hear-settings-'));
  const file = join(folder, 's3prl.yaml');
  await writeFile(file, hearFsd);
  const { config, warnings } = await resolveConfig(recipe, { files: [file], words: ['--targetDir', folder] });
  await rm(folder, { recursive: true });
  expect(config).toMatchObject({
    corpus: { root: '/data/fsd50k', testFold: 1 },
    trainBatches: { batchSize: 10, shuffle: true },
    validBatches: { batchSize: 1 },
    downstream: { hiddenLayers: 2, pooling: 'TAP', norm: 'layer', initialization: 'xavier-normal' },
    optimizer: { learningRate: 1e-3 },
    scheduler: { name: 'none' },
    training: { totalSteps: 40_000, saveStep: 100, validMetric: 'meanAveragePrecision', validOrder: 'max' },
  });
  for (const passedOver of ['prepare_data.num_folds', 'build_task.prediction_type', 'build_task.scores']) {
    expect(warnings.join()).toContain(passedOver);
  }
});
