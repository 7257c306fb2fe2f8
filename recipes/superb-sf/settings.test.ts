import { parseConfig } from '@s3/interface';
import { withFile } from '@s3/quickstart-data/testing';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import superbSf from './recipe.ts';

/** S3PRL's documented default configuration of SuperbSF (0.4.18), where it says anything. */
const superbSfOfS3prl = `prepare_data:
  train_speakers: [Ivy, Joanna, Joey, Justin, Kendra, Kimberly, Matthew, Salli]
  valid_speakers: [Aditi, Amy, Geraint, Nicole]
  test_speakers: [Brian, Emma, Raveena, Russell]
build_tokenizer: {vocab_type: character}
build_batch_sampler:
  train: {batch_size: 32, max_length: 300000}
  valid: {batch_size: 1}
  test: {batch_size: 1}
build_featurizer: {layer_selections: null, normalize: false}
build_downstream:
  model_conf:
    module: LSTM
    proj_size: 1024
    hidden_size: [1024, 1024]
    dropout: [0.2, 0.2]
    layer_norm: [false, false]
    proj: [false, false]
    sample_rate: [1, 1]
    sample_style: concat
    bidirectional: true
  specaug_conf:
    freq_mask_width_range: [0, 50]
    num_freq_mask: 4
    time_mask_width_range: [0, 40]
    num_time_mask: 2
build_model: {upstream_trainable: false}
build_task:
  log_metrics: [wer, cer, slot_type_f1, slot_value_cer, slot_value_wer, slot_edit_f1_full, slot_edit_f1_part]
build_optimizer: {name: Adam, conf: {lr: 1.0e-4}}
build_scheduler: {name: ExponentialLR, gamma: 0.9}
train:
  total_steps: 200000
  log_step: 100
  eval_step: 2000
  save_step: 500
  gradient_clipping: 1.0
  gradient_accumulate: 1
  valid_metric: slot_type_f1
  valid_higher_better: true
  auto_resume: true
  resume_ckpt_dir: null
`;

test("S3PRL's default configuration is ours", async () => {
  const given = ['--targetDir', 'exp/sf', '--prepare_data.dataset_root', '/data/SNIPS', '--build_upstream.name', 'fbank'];
  const { config } = await withFile('s3prl.yaml', superbSfOfS3prl, (file) => resolveConfig(superbSf, { files: [file], words: given }));

  const minimal = { upstream: { name: 'fbank' }, corpus: { root: '/data/SNIPS' } };
  const own = parseConfig('superb-sf', superbSf.config, minimal) as Record<string, object>;
  expect(config).toMatchObject({
    ...own,
    // S3PRL names one value for each layer where ours stands for all, and its metric
    downstream: { ...own['downstream'], dropout: [0.2, 0.2], layerNorm: [false, false], projection: [false, false], downsampling: [1, 1] },
    training: { ...own['training'], validMetric: 'slotTypeF1', validOrder: 'max' },
  });
});
