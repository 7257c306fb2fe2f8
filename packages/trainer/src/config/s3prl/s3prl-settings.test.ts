// biome-ignore-all lint/suspicious/noTemplateCurlyInString: settings refer to each other in this form
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { settingsRecipe } from '../../fixtures/settings-recipe.ts';
import { resolveConfig } from '../resolve-config.ts';
import { s3prlRules } from './s3prl-rules.ts';

/** S3PRL's documented default configuration of SuperbASV (0.4.18), whole. */
const superbAsv = `target_dir: ???
cache_dir: null
test_ckpt_steps: null
prepare_data:
  dataset_root: ???
build_dataset:
  train:
    min_secs: 2.0
    max_secs: 8.0
build_batch_sampler:
  train:
    batch_size: 10
    shuffle: true
  test:
    batch_size: 1
build_upstream:
  name: ???
build_featurizer:
  layer_selections: null
  normalize: false
build_model:
  upstream_trainable: false
build_task:
  loss_type: amsoftmax
  loss_conf:
    margin: 0.4
    scale: 30
build_optimizer:
  name: AdamW
  conf:
    lr: 0.0001
build_scheduler:
  name: ExponentialLR
  gamma: 0.9
train:
  total_steps: 200000
  log_step: 500
  eval_step: 1.0e+20
  save_step: 10000
  gradient_clipping: 1000.0
  gradient_accumulate: 5
  valid_metric: null
  valid_higher_better: null
  auto_resume: true
  resume_ckpt_dir: null
  keep_num_ckpts: null
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-settings-'));
});

async function resolve(yaml: string, ...words: string[]) {
  const file = join(folder, 's3prl.yaml');
  await writeFile(file, yaml);
  const { config, warnings } = await resolveConfig(settingsRecipe, { files: [file], words });
  return { config: config as { readonly [section: string]: never }, warnings };
}

const given = [
  '--targetDir',
  'exp/asv',
  '--upstream.name',
  'fbank_no_cmvn',
  '--corpus.train',
  'train.csv',
  '--corpus.tests',
  'a.csv,b.csv',
];

test("maps the whole of S3PRL's default configuration", async () => {
  const { config, warnings } = await resolve(superbAsv, ...given);
  expect(config).toMatchObject({
    targetDir: 'exp/asv',
    cacheDir: null,
    // ??? of what S3PRL needs and we do not
    corpus: { train: 'train.csv', tests: ['a.csv', 'b.csv'] },
    trainData: { minSeconds: 2, maxSeconds: 8 },
    trainBatches: { batchSize: 10, shuffle: true },
    upstream: { name: 'fbank_no_cmvn' },
    featurizer: { layerSelections: null, normalize: false },
    model: { upstreamTrainable: false },
    task: { loss: 'amsoftmax', margin: 0.4, scale: 30 },
    optimizer: { name: 'AdamW', learningRate: 1e-4 },
    // S3PRL uses its schedule only with train.use_scheduler
    scheduler: { name: 'none', gamma: null },
    training: {
      totalSteps: 200_000,
      logStep: 500,
      evalStep: null,
      saveStep: 10_000,
      gradientClipping: 1000,
      gradientAccumulate: 5,
      validMetric: null,
      validOrder: null,
      autoResume: true,
      resumeFrom: null,
      keepCheckpoints: null,
    },
  });
  expect(warnings).toEqual(['settings of S3PRL passed over: build_scheduler (train.use_scheduler is not true)']);
});

test('a schedule is taken with train.use_scheduler, its settings outside and inside conf alike', async () => {
  const outside = await resolve(superbAsv, ...given, '--train.use_scheduler', 'True');
  expect(outside.config['scheduler']).toMatchObject({ name: 'ExponentialLR', gamma: 0.9 });
  const inside = await resolve(
    'train: {use_scheduler: true}\nbuild_scheduler: {name: StepLR, conf: {step_size: 100, gamma: 0.5, last_epoch: -1}}\n',
    ...given,
  );
  expect(inside.config['scheduler']).toMatchObject({ name: 'StepLR', stepSize: 100, gamma: 0.5 });
  const cosine = await resolve(
    'train: {use_scheduler: true}\nbuild_scheduler: {name: CosineAnnealingLR, conf: {T_max: 50, eta_min: 1e-6}}\n',
    ...given,
  );
  expect(cosine.config['scheduler']).toMatchObject({ name: 'CosineAnnealingLR', annealSteps: 50, minLearningRate: 1e-6 });
});

test("renames torch's optimizer settings, steps, orders and what never happens", async () => {
  const { config } = await resolve(
    `build_optimizer: {name: SGD, conf: {lr: 1e-2, eps: 1e-6, weight_decay: 0.1, momentum: 0.9, initial_accumulator_value: 1, lr_decay: 0.5, betas: [0.8, 0.9], foreach: null}}
train: {eval_step: 1e20, save_step: 1e20, valid_metric: eer, valid_higher_better: False, keep_num_ckpts: 2, seed: 7, resume_ckpt_dir: exp/train/step_5}
prepare_data: {dataset_root: /data}
build_downstream: {hidden_size: 64}
num_workers: 3
eval_batch: 5
start: 1
stop: 3`,
    ...given,
  );
  expect(config).toMatchObject({
    optimizer: {
      name: 'SGD',
      learningRate: 1e-2,
      epsilon: 1e-6,
      weightDecay: 0.1,
      momentum: 0.9,
      initialAccumulator: 1,
      learningRateDecay: 0.5,
      betas: [0.8, 0.9],
    },
    training: {
      evalStep: null,
      saveStep: Number.MAX_SAFE_INTEGER,
      validMetric: 'eer',
      validOrder: 'min',
      keepCheckpoints: 2,
      seed: 7,
      resumeFrom: 'exp/train/step_5',
    },
    corpus: { root: '/data' },
    downstream: { hiddenSize: 64 },
    workers: 3,
    evalBatches: 5,
    start: 1,
    stop: 3,
  });
});

test('our own settings win over those of an earlier S3PRL file, and the reverse', async () => {
  const ours = await resolve('train: {total_steps: 100}', ...given, '--training.totalSteps', '50');
  expect(ours.config['training']).toMatchObject({ totalSteps: 50 });
  const theirs = await resolve('training: {totalSteps: 100}', ...given, '--train.total_steps', '50');
  expect(theirs.config['training']).toMatchObject({ totalSteps: 50 });
  const section = await resolve('', ...given, '--build_optimizer', "{'name': 'Adam', 'conf': {'lr': 1e-3}}");
  expect(section.config['optimizer']).toMatchObject({ name: 'Adam', learningRate: 1e-3 });
});

test('references by S3PRL names lead to our settings', async () => {
  const { config } = await resolve(
    'train: {total_steps: 300, log_step: "${train.total_steps}"}\nsave_model: {conf: "${build_downstream}"}',
    ...given,
  );
  expect(config['training']).toMatchObject({ totalSteps: 300, logStep: 300 });
});

test('passes over what changes nothing: by name where it asks for something, in silence where it asks for nothing', async () => {
  const { config, warnings } = await resolve(
    `world_size: 1
rank: 0
device: cuda
remove_all_cache: false
test_ckpt_dir: null
save_task: {}
build_encoder: null
prepare_data: {force_download: false}
build_upstream: {refresh: false}`,
    ...given,
    '--test_ckpt_steps',
    'None',
    '--verbose',
    'INFO',
  );
  expect(config['targetDir']).toBe('exp/asv');
  expect(warnings).toEqual([
    'settings of S3PRL passed over: device (engine chooses what computes); verbose (progress is always told; --json leaves the result alone on stdout)',
  ]);
});

test('refuses what it cannot do, by name and line', async () => {
  const failure = resolve(
    'world_size: 4\ntest_ckpt_steps: [100]\nbuild_upstream: {path_or_url: x, refresh: true}\ntrain: {total_step: 5}\n',
    ...given,
  );
  await expect(failure).rejects.toThrow(
    /world_size \(.*s3prl\.yaml:1\): found 4, a setting of S3PRL without a counterpart in this recipe \(mpirun before the command starts several processes\)/,
  );
  await expect(failure).rejects.toThrow(/test_ckpt_steps \(.*s3prl\.yaml:2\): found \[100\].*s3 test CHECKPOINT/);
  await expect(failure).rejects.toThrow(/build_upstream\.path_or_url \(.*s3prl\.yaml:3\): found "x"/);
  await expect(failure).rejects.toThrow(/build_upstream\.refresh \(.*s3prl\.yaml:3\): found true.*Hugging Face/);
  await expect(failure).rejects.toThrow(/train\.total_step \(.*s3prl\.yaml:4\).*did you mean training\.totalSteps\?/);
});

test('a wrong value is named by both names', async () => {
  await expect(resolve('train: {total_steps: many}', ...given)).rejects.toThrow(
    /training\.totalSteps \(.*s3prl\.yaml:1, S3PRL's train\.total_steps\): found 'many'; expected whole number, at least 1\./,
  );
});

test('every rule leads somewhere or says why not', () => {
  for (const { from, to, note, harmless } of s3prlRules) expect(to ?? note ?? harmless, from).toBeDefined();
});
