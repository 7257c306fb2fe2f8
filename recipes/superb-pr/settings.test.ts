import { parseConfig } from '@s3/interface';
import { withFile } from '@s3/quickstart-data/testing';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import superbPr from './recipe.ts';

/** S3PRL's documented default configuration of SuperbPR (0.4.18), where it says anything. */
const superbPrOfS3prl = `prepare_data: {train_sets: [train-clean-100], valid_sets: [dev-clean], test_sets: [test-clean]}
build_tokenizer: {vocab_type: phoneme}
build_batch_sampler:
  train: {batch_size: 16, max_length: 300000}
  valid: {batch_size: 1}
  test: {batch_size: 1}
build_featurizer: {layer_selections: null, normalize: false}
build_downstream: {hidden_size: 256}
build_model: {upstream_trainable: false}
build_task: {log_metrics: [per]}
build_optimizer: {name: Adam, conf: {lr: 1.0e-2}}
build_scheduler: {name: ExponentialLR, gamma: 0.9}
train:
  total_steps: 100000
  log_step: 100
  eval_step: 1000
  save_step: 100
  gradient_clipping: 1.0
  gradient_accumulate: 2
  valid_metric: per
  valid_higher_better: false
  auto_resume: true
  resume_ckpt_dir: null
`;

test("S3PRL's default configuration is ours", async () => {
  const given = ['--targetDir', 'exp/pr', '--prepare_data.dataset_root', '/data/LibriSpeech', '--build_upstream.name', 'fbank'];
  const { config } = await withFile('s3prl.yaml', superbPrOfS3prl, (file) => resolveConfig(superbPr, { files: [file], words: given }));

  const minimal = { upstream: { name: 'fbank' }, corpus: { root: '/data/LibriSpeech' } };
  const own = parseConfig('superb-pr', superbPr.config, minimal) as Record<string, object>;
  expect(config).toMatchObject({ ...own, training: { ...own['training'], validMetric: 'per', validOrder: 'min' } });
});
