import { decoderRules } from './decoder-rules.ts';
import { diarizationRules } from './diarization-rules.ts';
import { hearRules } from './hear-rules.ts';
import { decidingMetric, metricNames } from './metric-name.ts';
import { recognitionRules } from './recognition-rules.ts';
import type { S3prlRule } from './s3prl-rule.ts';
import { schedulerRules } from './scheduler-rules.ts';

/** S3PRL writes 1e20 for "never". */
const neverIsNull = (value: unknown) => (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? null : value);
const neverIsHuge = (value: unknown) => (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : value);
const orderOf = (higherIsBetter: unknown) => (typeof higherIsBetter === 'boolean' ? (higherIsBetter ? 'max' : 'min') : higherIsBetter);

/** The gain of sox effects that ask for nothing else: one channel at 16 kHz is what audio is read as anyway. */
function gainOf(effects: unknown): unknown {
  if (!Array.isArray(effects)) return effects;
  const left = effects.filter((effect) => !['channels 1', 'rate 16000'].includes([effect].flat().join(' ')));
  const [[name, decibels] = []] = left;
  return left.length === 1 && name === 'gain' && Number.isFinite(Number(decibels)) ? Number(decibels) : effects;
}

/**
 * S3PRL's settings and ours, which nothing outside of this folder knows both of.
 *
 * The first rule that fits and leads to a setting of the recipe counts. Where the recipe lacks what all of them lead to,
 * the setting is treated as one without a counterpart.
 */
export const s3prlRules: readonly S3prlRule[] = [
  { from: 'target_dir', to: 'targetDir' },
  { from: 'cache_dir', to: 'cacheDir' },
  { from: 'num_workers', to: 'workers' },
  { from: 'eval_batch', to: 'evalBatches' },
  { from: 'device', harmless: 'any', note: 'engine chooses what computes' },
  { from: 'world_size', harmless: [1], note: 'mpirun before the command starts several processes' },
  { from: 'rank', harmless: [0], note: 'mpirun before the command starts several processes' },
  { from: 'verbose', harmless: 'any', note: 'progress is always told; --json leaves the result alone on stdout' },
  { from: 'print_config', note: 's3 config RECIPE prints every setting' },
  { from: 'dump_config', note: 's3 config RECIPE --dump FILE writes every setting' },
  { from: 'remove_all_cache', note: 'delete the cacheDir by hand' },
  ...['test_ckpt_dir', 'test_ckpt_steps'].map((from) => ({
    from,
    note: 'the best checkpoint on the validation set is tested, or all of them where there is none; s3 test CHECKPOINT tests another',
  })),

  ...diarizationRules,
  ...hearRules,

  { from: 'prepare_data.dataset_root', to: 'corpus.root' },
  { from: 'prepare_data.gsc1', to: 'corpus.root' },
  { from: 'prepare_data.gsc1_test', to: 'corpus.testRoot' },
  { from: 'prepare_data.iemocap', to: 'corpus.root' },
  { from: 'prepare_data.force_download', note: 'delete the cacheDir to load the lists of files again' },
  { from: 'prepare_data.*', to: 'corpus.*' },

  { from: 'build_dataset.train.min_secs', to: 'trainData.minSeconds' },
  { from: 'build_dataset.train.max_secs', to: 'trainData.maxSeconds' },
  ...['train', 'valid', 'test'].map((split) => ({
    from: `build_dataset.${split}.sox_effects`,
    to: `${split}Data.gainDecibels`,
    value: gainOf,
  })),
  { from: 'build_dataset.train.*', to: 'trainData.*' },
  { from: 'build_dataset.valid.*', to: 'validData.*' },
  { from: 'build_dataset.test.*', to: 'testData.*' },
  { from: 'build_batch_sampler.train.*', to: 'trainBatches.*' },
  { from: 'build_batch_sampler.valid.batch_size', to: 'validBatches.batchSize', harmless: [1], note: 'one utterance a batch' },
  { from: 'build_batch_sampler.valid.*', to: 'validBatches.*' },
  { from: 'build_batch_sampler.test.batch_size', to: 'testBatches.batchSize', harmless: [1], note: 'one utterance a batch' },
  { from: 'build_batch_sampler.test.*', to: 'testBatches.*' },

  { from: 'build_upstream.path_or_url', to: 'upstream.path' },
  { from: 'build_upstream.refresh', note: 'to load a checkpoint again, delete its folder in the Hugging Face cache' },
  { from: 'build_upstream.*', to: 'upstream.*' },
  { from: 'build_featurizer.*', to: 'featurizer.*' },
  ...recognitionRules,
  { from: 'build_downstream.hidden_size', to: 'downstream.hiddenSize' },
  { from: 'build_downstream.hidden_size', to: 'downstream.hiddenSizes', value: (size) => (typeof size === 'number' ? [size] : size) },
  { from: 'build_downstream.*', to: 'downstream.*' },
  { from: 'build_model.*', to: 'model.*' },
  { from: 'build_task.log_metrics', to: 'task.metrics', value: metricNames },
  { from: 'build_task.loss_type', to: 'task.loss' },
  { from: 'build_task.loss_conf.*', to: 'task.*' },
  ...decoderRules,
  { from: 'build_task.*', to: 'task.*' },

  { from: 'build_optimizer.name', to: 'optimizer.name' },
  { from: 'build_optimizer.conf.lr', to: 'optimizer.learningRate' },
  { from: 'build_optimizer.conf.eps', to: 'optimizer.epsilon' },
  { from: 'build_optimizer.conf.lr_decay', to: 'optimizer.learningRateDecay' },
  { from: 'build_optimizer.conf.initial_accumulator_value', to: 'optimizer.initialAccumulator' },
  { from: 'build_optimizer.conf.*', to: 'optimizer.*' },
  {
    from: 'build_scheduler.conf.lr_lambda',
    scheduler: true,
    note: 'it is code; scheduler.shape (warmup, linear, polynomial) with scheduler.warmupSteps says the usual ones',
  },
  ...['last_epoch', 'verbose'].map((name) => ({ from: `build_scheduler.conf.${name}`, scheduler: true as const, harmless: [-1] })),
  ...schedulerRules,

  { from: 'train.eval_step', to: 'training.evalStep', value: neverIsNull },
  { from: 'train.log_step', to: 'training.logStep', value: neverIsHuge },
  { from: 'train.save_step', to: 'training.saveStep', value: neverIsHuge },
  { from: 'train.gradient_clipping', to: 'training.gradientClipping' },
  { from: 'train.valid_metric', to: 'training.validMetric', value: decidingMetric },
  { from: 'train.valid_higher_better', to: 'training.validOrder', value: orderOf },
  { from: 'train.resume_ckpt_dir', to: 'training.resumeFrom' },
  { from: 'train.keep_num_ckpts', to: 'training.keepCheckpoints' },
  // total_steps, gradient_accumulate, valid_metric, auto_resume, seed
  { from: 'train.*', to: 'training.*' },

  { from: 'save_model.*', harmless: 'any', note: 'checkpoints hold the whole configuration' },
  { from: 'save_task.*', harmless: 'any', note: 'checkpoints hold the whole configuration' },
  { from: 'evaluate.*', note: 'there is nothing to set' },
  { from: 'build_encoder.*', note: 'labels are those of the training set' },
  { from: 'build_collate_fn.*', note: 'there is nothing to set' },
];
