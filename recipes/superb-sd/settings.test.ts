import { parseConfig } from '@s3/interface';
import { withFile } from '@s3/quickstart-data/testing';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import superbSd from './recipe.ts';

/** S3PRL's documented default configuration of SuperbSD (0.4.18), whole. */
const superbSdOfS3prl = `start: 0
stop: null
target_dir: ???
cache_dir: null
remove_all_cache: false
prepare_data:
  data_dir: ???
build_dataset:
  chunk_size: 2000
  subsampling: 1
  rate: 16000
  use_last_samples: true
  label_delay: 0
build_batch_sampler:
  train: {batch_size: 8, shuffle: true}
  valid: {batch_size: 1}
build_upstream:
  name: ???
build_featurizer:
  layer_selections: null
  normalize: false
build_downstream:
  hidden_size: 512
  rnn_layers: 1
build_model:
  upstream_trainable: false
build_optimizer:
  name: Adam
  conf: {lr: 1.0e-4}
build_scheduler:
  name: ExponentialLR
  gamma: 0.9
save_model:
  extra_conf:
    build_downstream_conf: "\${build_downstream}"
save_task: {}
train:
  total_steps: 30000
  log_step: 500
  eval_step: 500
  save_step: 500
  gradient_clipping: 1.0
  gradient_accumulate: 4
  valid_metric: der
  valid_higher_better: false
  auto_resume: true
  resume_ckpt_dir: null
scoring:
  thresholds: [0.3, 0.4, 0.5, 0.6, 0.7]
  median_filters: [1, 11]
`;

test("S3PRL's default configuration is ours", async () => {
  const given = ['--targetDir', 'exp/sd', '--prepare_data.data_dir', '/data/Libri2Mix', '--build_upstream.name', 'fbank'];
  const { config } = await withFile('s3prl.yaml', superbSdOfS3prl, (file) => resolveConfig(superbSd, { files: [file], words: given }));

  const own = parseConfig('superb-sd', superbSd.config, { upstream: { name: 'fbank' }, corpus: { root: '/data/Libri2Mix' } }) as Record<
    string,
    object
  >;
  expect(config).toMatchObject({ ...own, training: { ...own['training'], validMetric: 'der', validOrder: 'min' } });
});
