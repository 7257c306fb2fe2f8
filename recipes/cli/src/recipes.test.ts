import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@s3/trainer';
import { commandLine } from '@s3/trainer/command-line';
import { expect, test } from 'vitest';
import { recipes } from './recipes.ts';

test.each(recipes.map((entry) => [entry.name, entry] as const))('%s is listed as it calls itself', async (name, { summary, load }) => {
  expect(await load()).toMatchObject({ name, summary });
});

test.each(recipes.map(({ name }) => [name]))('%s explains each of its settings', async (name) => {
  let stdout = '';
  const write = (text: string) => {
    stdout += text;
  };
  const options = { recipes, stdout: { write }, stderr: { write }, selectEngine: () => Promise.reject(new Error('no engine is needed')) };
  expect(await commandLine({ ...options, argv: ['run', name, '--help'] })).toBe(0);
  const lines = stdout.split('\n');
  const settings = lines.flatMap((line, index) => (/^ {2}--\S+\.\S+$/.test(line) ? [index] : []));
  expect(settings.length).toBeGreaterThan(10);
  for (const index of settings) expect(lines[index + 1]?.trim(), lines[index]).not.toBe('');
});

/** S3PRL 0.4.18's documented default configuration of SuperbASV. */
const s3prl = `{target_dir: ???, cache_dir: null, test_ckpt_steps: null, prepare_data: {dataset_root: ???},
build_dataset: {train: {min_secs: 2.0, max_secs: 8.0}}, build_batch_sampler: {train: {batch_size: 10, shuffle: true}, test: {batch_size: 1}},
build_upstream: {name: ???}, build_featurizer: {layer_selections: null, normalize: false}, build_model: {upstream_trainable: false},
build_task: {loss_type: amsoftmax, loss_conf: {margin: 0.4, scale: 30}}, build_optimizer: {name: AdamW, conf: {lr: 0.0001}},
build_scheduler: {name: ExponentialLR, gamma: 0.9}, train: {total_steps: 200000, log_step: 500, eval_step: 1.0e+20, save_step: 10000,
gradient_clipping: 1000.0, gradient_accumulate: 5, valid_metric: null, valid_higher_better: null, auto_resume: true, resume_ckpt_dir: null, keep_num_ckpts: null}}`;

test("superb-asv's defaults are S3PRL's", async () => {
  const file = join(await mkdtemp(join(tmpdir(), 's3-cli-')), 's3prl.yaml');
  await writeFile(file, s3prl);
  const recipe = await recipes.find(({ name }) => name === 'superb-asv')!.load();
  const words = ['--targetDir', 'exp', '--upstream.name', 'fbank_no_cmvn', '--corpus.train', 'train.csv', '--corpus.tests', 'a.csv,b.csv'];
  const theirs = await resolveConfig(recipe, { files: [file], words });
  const ours = await resolveConfig(recipe, { words });
  expect(theirs.config).toEqual(ours.config);
  expect(ours.config).toMatchObject({ corpus: { train: 'train.csv', tests: ['a.csv', 'b.csv'] }, upstream: { name: 'fbank_no_cmvn' } });
});

/** S3PRL 0.4.18's default configuration of SuperbKS. */
const s3prlKs = `{start: 0, stop: null, target_dir: ???, cache_dir: null, remove_all_cache: false, prepare_data: {gsc1: /data/gsc, gsc1_test: /data/gsc-test}, build_encoder: {},
build_dataset: {train: {sox_effects: [[channels, '1'], [rate, '16000'], [gain, '-3.0']]}, valid: {sox_effects: [[channels, '1'], [rate, '16000'], [gain, '-3.0']]},
test: {sox_effects: [[channels, '1'], [rate, '16000'], [gain, '-3.0']]}}, build_batch_sampler: {train: {batch_size: 32}, valid: {batch_size: 32}, test: {batch_size: 32}},
build_upstream: {name: ???}, build_featurizer: {layer_selections: null, normalize: false}, build_downstream: {hidden_size: 256}, build_model: {upstream_trainable: false}, build_task: {},
build_optimizer: {name: Adam, conf: {lr: 0.0001}}, build_scheduler: {name: ExponentialLR, gamma: 0.9}, save_model: {}, save_task: {},
train: {total_steps: 200000, log_step: 100, eval_step: 5000, save_step: 1000, gradient_clipping: 1.0, gradient_accumulate: 1, valid_metric: accuracy, valid_higher_better: true,
auto_resume: true, resume_ckpt_dir: null}, evaluate: {}}`;

test("superb-ks's defaults are S3PRL's, but for what chooses the checkpoint", async () => {
  const file = join(await mkdtemp(join(tmpdir(), 's3-cli-')), 's3prl.yaml');
  await writeFile(file, s3prlKs);
  const recipe = await recipes.find(({ name }) => name === 'superb-ks')!.load();
  const words = ['--targetDir', 'exp', '--upstream.name', 'fbank'];
  const theirs = await resolveConfig(recipe, { files: [file], words });
  const ours = await resolveConfig(recipe, { words: [...words, '--corpus.root', '/data/gsc', '--corpus.testRoot', '/data/gsc-test'] });
  const { training, ...rest } = ours.config as { readonly training: object };
  expect(theirs.config).toEqual({ ...rest, training: { ...training, validMetric: 'accuracy', validOrder: 'max' } });
  expect(rest).toMatchObject({ downstream: { hiddenSizes: [256] }, trainData: { gainDecibels: -3 }, trainBatches: { batchSize: 32 } });
});
