import { parseConfig } from '@s3/interface';
import { withFile } from '@s3/quickstart-data/testing';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import superbAsr from './recipe.ts';

/** S3PRL's documented default configuration of SuperbASR (0.4.18), whole. */
const superbAsrOfS3prl = `start: 0
stop: null
target_dir: ???
cache_dir: null
remove_all_cache: false
prepare_data:
  dataset_root: ???
  train_sets: [train-clean-100]
  valid_sets: [dev-clean]
  test_sets: [test-clean]
prepare_tokenizer_data: {}
build_tokenizer:
  vocab_type: character
build_dataset: {}
build_batch_sampler:
  train: {batch_size: 32, max_length: 2000, shuffle: true}
  valid: {batch_size: 1}
  test: {batch_size: 1}
build_upstream:
  name: ???
build_featurizer:
  layer_selections: null
  normalize: false
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
build_model:
  upstream_trainable: false
build_task:
  log_metrics: [cer, wer]
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
  total_steps: 200000
  log_step: 100
  eval_step: 2000
  save_step: 500
  gradient_clipping: 1.0
  gradient_accumulate: 1
  valid_metric: wer
  valid_higher_better: false
  auto_resume: true
  resume_ckpt_dir: null
`;

test("S3PRL's default configuration is ours", async () => {
  const given = ['--targetDir', 'exp/asr', '--prepare_data.dataset_root', '/data/LibriSpeech', '--build_upstream.name', 'fbank'];
  const { config } = await withFile('s3prl.yaml', superbAsrOfS3prl, (file) => resolveConfig(superbAsr, { files: [file], words: given }));

  const own = parseConfig('superb-asr', superbAsr.config, { upstream: { name: 'fbank' }, corpus: { root: '/data/LibriSpeech' } }) as Record<
    string,
    object
  >;
  expect(config).toMatchObject({
    ...own,
    // S3PRL names one value for each layer where ours stands for all, and its metric
    downstream: { ...own['downstream'], dropout: [0.2, 0.2], layerNorm: [false, false], projection: [false, false], downsampling: [1, 1] },
    training: { ...own['training'], validMetric: 'wer', validOrder: 'min' },
  });
});

test("S3PRL's beam search is ours", async () => {
  const given = ['--targetDir', 'exp/asr', '--prepare_data.dataset_root', '/data/LibriSpeech', '--build_upstream.name', 'fbank'];
  const decoderOf = async (...words: string[]) => {
    const { config, warnings } = await resolveConfig(superbAsr, { words: [...given, ...words] });
    return { decoder: (config['task'] as { readonly decoder: object }).decoder, warnings };
  };
  expect((await decoderOf()).decoder).toMatchObject({ type: 'greedy', beamSize: 100 });
  const decoder =
    '{beam: 50, beam_size_token: -1, lm: 4-gram.arpa, lexicon: words.txt, token: tokens.txt, nbest: 2, unk_score: -.inf, sil_score: 0}';
  const { decoder: beam, warnings } = await decoderOf('--build_task.decoder', decoder, '--build_task.decoder.lm_weight', '1');
  expect(beam).toEqual({
    type: 'beam',
    beamSize: 50,
    beamThreshold: 25,
    tokenPruning: null,
    logAdd: false,
    lm: '4-gram.arpa',
    lmUnit: 'auto',
    lmWeight: Math.LOG10E,
    wordScore: -1,
    unkScore: -1e9,
    lexicon: 'words.txt',
    nbest: 2,
  });
  expect(warnings.join()).toContain('build_task.decoder.token (the tokens are those of the tokenizer)');
  // what is ours wins over what S3PRL means
  expect((await decoderOf('--task.decoder.type', 'greedy', '--build_task.decoder.beam', '7')).decoder).toMatchObject({
    type: 'greedy',
    beamSize: 7,
  });
  await expect(decoderOf('--build_task.decoder.sil_score', '2')).rejects.toThrow('spaces have no score of their own');
  await expect(decoderOf('--build_task.decoder.nonsense', '2')).rejects.toThrow('without a counterpart');
});
