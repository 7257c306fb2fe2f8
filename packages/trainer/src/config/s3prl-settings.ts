import { isMapping } from './assignment.ts';

/** What becomes of one of S3PRL's settings. */
export interface S3prlRule {
  /** S3PRL's name; `*` at its end stands for any further names */
  readonly from: string;
  /** our name, without it the setting has no counterpart; `*` takes the further names over in camel case */
  readonly to?: string;
  /** our value for S3PRL's, where they differ */
  readonly value?: (value: unknown) => unknown;
  /** values that ask for what happens anyway, as null, false and {} always do; of 'any' the user is told that it is passed over */
  readonly harmless?: readonly unknown[] | 'any';
  /** why there is no counterpart, or what replaces it */
  readonly note?: string;
  /** what S3PRL means by giving it at all, as values of our settings; whatever is given wins over them */
  readonly implied?: { readonly [setting: string]: unknown };
  /** counts only when train.use_scheduler is true, as in S3PRL */
  readonly scheduler?: true;
}

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

/** S3PRL also accepts these outside `conf`, where its own default configuration has gamma and then fails. */
const schedulerRules: readonly S3prlRule[] = Object.entries({
  name: 'name',
  gamma: 'gamma',
  step_size: 'stepSize',
  milestones: 'milestones',
  T_max: 'annealSteps',
  eta_min: 'minLearningRate',
  min_lr: 'minLearningRate',
  max_lr: 'maxLearningRate',
  total_steps: 'cycleSteps',
  pct_start: 'riseFraction',
  anneal_strategy: 'annealing',
  div_factor: 'startDivisor',
  final_div_factor: 'endDivisor',
  base_momentum: 'minMomentum',
  eps: 'minChange',
  '*': '*',
}).flatMap(([from, to]) =>
  ['build_scheduler.conf.', 'build_scheduler.'].map((section) => ({
    from: section + from,
    to: `scheduler.${to}`,
    scheduler: true as const,
    ...(from === 'name' && { value: (name: unknown) => name ?? 'none' }),
  })),
);

/** what HEAR calls its scores */
const hearMetrics: { readonly [score: string]: string } = {
  top1_acc: 'accuracy',
  pitch_acc: 'accuracy',
  chroma_acc: 'chromaAccuracy',
  mAP: 'meanAveragePrecision',
  aucroc: 'rocAuc',
  event_onset_200ms_fms: 'f1Onset200ms',
  event_onset_50ms_fms: 'f1Onset50ms',
  event_onset_offset_50ms_20perc_fms: 'f1OnsetOffset50ms',
  segment_1s_er: 'segmentErrorRate',
};
const metricName = (name: unknown) => (typeof name === 'string' ? (hearMetrics[name] ?? camelCase(name)) : name);
const metricNames = (names: unknown) => (Array.isArray(names) ? names.map(metricName) : names);

/** a score that no text outweighs, where S3PRL has minus infinity */
const impossible = -1e9;

/** Speech recognition: the tokenizer, the recurrent encoder and SpecAugment, which S3PRL keeps in two dictionaries. */
const recognitionRules: readonly S3prlRule[] = [
  { from: 'build_tokenizer.vocab_type', to: 'tokenizer.type' },
  { from: 'build_tokenizer.vocab_file', to: 'tokenizer.vocabularyFile' },
  { from: 'build_tokenizer.vocab_args.vocab_size', to: 'tokenizer.size', value: (size) => (size === -1 ? null : size) },
  { from: 'build_tokenizer.vocab_args.coverage', to: 'tokenizer.coverage' },
  { from: 'build_tokenizer.vocab_args.sort_vocab', harmless: [true], note: 'vocabularies are sorted' },
  { from: 'build_tokenizer.tokenizer_name', harmless: 'any', note: 'the tokenizer is kept with the other encoders' },
  { from: 'build_tokenizer.*', note: 'there is nothing to set' },
  { from: 'prepare_tokenizer_data.*', note: 'there is nothing to set' },
  ...Object.entries({
    proj_size: 'projectionSize',
    hidden_size: 'hiddenSizes',
    proj: 'projection',
    sample_rate: 'downsampling',
    sample_style: 'downsampleStyle',
    '*': '*',
  }).map(([from, to]) => ({ from: `build_downstream.model_conf.${from}`, to: `downstream.${to}` })),
  { from: 'build_downstream.specaug_conf.time_warp_mode', harmless: ['bicubic'], note: 'time is warped by cubic convolution' },
  ...Object.entries({
    apply_time_warp: 'timeWarp',
    apply_freq_mask: 'frequencyMask',
    freq_mask_width_range: 'frequencyMaskWidth',
    num_freq_mask: 'frequencyMasks',
    apply_time_mask: 'timeMask',
    time_mask_width_range: 'timeMaskWidth',
    num_time_mask: 'timeMasks',
    max_n_time_masks: 'maxTimeMasks',
    '*': '*',
  }).map(([from, to]) => ({ from: `build_downstream.specaug_conf.${from}`, to: `augmentation.${to}` })),
];

/** flashlight weighs logarithms to the base 10, of a language model that is trained to them */
const naturalWeight = (weight: unknown) => (typeof weight === 'number' ? weight * Math.LOG10E : weight);
/** no text for nothing: S3PRL downloads a file then */
const fileOrNone = (path: unknown) => (path === '' ? null : path);

/** Beam search, with the defaults of S3PRL's BeamDecoder; without its dictionary S3PRL decodes greedily. */
const decoderNames: readonly S3prlRule[] = [
  { from: 'beam', to: 'beamSize' },
  { from: 'beam_threshold', to: 'beamThreshold' },
  { from: 'beam_size_token', harmless: [-1], note: 'task.decoder.tokenPruning leaves tokens out by their probability' },
  { from: 'lm', to: 'lm', value: fileOrNone },
  { from: 'lexicon', to: 'lexicon', value: fileOrNone },
  { from: 'lm_weight', to: 'lmWeight', value: naturalWeight },
  { from: 'unk_score', to: 'unkScore', value: (score: unknown) => (score === Number.NEGATIVE_INFINITY ? impossible : score) },
  { from: 'token', harmless: 'any', note: 'the tokens are those of the tokenizer' },
  { from: 'sil_score', harmless: [0], note: 'spaces have no score of their own' },
  // nbest, word_score
  { from: '*', to: '*' },
];
const decoderRules: readonly S3prlRule[] = decoderNames.map(({ from, to, ...rule }) => ({
  from: `build_task.decoder.${from}`,
  ...(to && { to: `task.decoder.${to}` }),
  ...rule,
  implied: {
    'task.decoder.type': 'beam',
    'task.decoder.logAdd': false,
    'task.decoder.beamSize': 5,
    'task.decoder.beamThreshold': 25,
    'task.decoder.tokenPruning': null,
    'task.decoder.lmWeight': 2 * Math.LOG10E,
    'task.decoder.wordScore': -1,
    'task.decoder.unkScore': impossible,
  },
}));

/** Diarization: chunks, which S3PRL sets for all sets together, and the post-processing. */
const diarizationRules: readonly S3prlRule[] = [
  { from: 'num_speaker', to: 'model.speakers' },
  { from: 'prepare_data.data_dir', to: 'corpus.root' },
  { from: 'build_dataset.chunk_size', to: 'trainData.chunkFrames' },
  { from: 'build_dataset.use_last_samples', to: 'trainData.keepShortChunk' },
  { from: 'build_dataset.subsampling', to: 'task.subsampling' },
  { from: 'build_dataset.rate', harmless: [16_000], note: 'recordings are read at the rate of the upstream' },
  { from: 'build_dataset.label_delay', harmless: [0], note: 'labels are not delayed' },
  { from: 'scoring.thresholds', to: 'task.thresholds' },
  { from: 'scoring.median_filters', to: 'task.medianFrames' },
];

/** What a name of PyTorch's or S3PRL's is called here; others stay, to be refused by their setting. */
const renamed = (names: { readonly [name: string]: string }) => (name: unknown) =>
  typeof name === 'string' ? (names[name] ?? name) : name;

/** HEAR: what a task says of itself, and its fully connected layers. */
const hearRules: readonly S3prlRule[] = [
  { from: 'prepare_data.num_folds', harmless: 'any', note: 'the metadata of the task counts its folds' },
  { from: 'build_task.prediction_type', harmless: 'any', note: 'the metadata of the task says it; of csv files corpus.predictionType' },
  { from: 'build_task.scores', harmless: 'any', note: 'all scores are reported, and the first that the task names chooses' },
  { from: 'build_task.postprocessing_grid.threshold', to: 'task.thresholds' },
  { from: 'build_task.postprocessing_grid.median_filter_ms', to: 'task.medianFilterMs' },
  { from: 'build_task.postprocessing_grid.min_duration', to: 'task.minDurationMs' },
  ...['train', 'valid', 'test'].flatMap((split) => [
    { from: `build_dataset.${split}.chunk_secs`, to: `${split}Data.chunkSeconds` },
    { from: `build_dataset.${split}.step_secs`, harmless: 'any' as const, note: 'chunks follow one another without a gap or overlap' },
    { from: `build_dataset.${split}.use_unfull_chunks`, to: `${split}Data.keepShortChunk` },
    { from: `build_batch_sampler.${split}.item`, harmless: 'any' as const, note: 'chunks are put together whatever batches they come in' },
  ]),
  {
    from: 'build_downstream.pooling_type',
    to: 'downstream.pooling',
    value: renamed({
      MeanPooling: 'TAP',
      TemporalAveragePooling: 'TAP',
      TemporalStatisticsPooling: 'TSP',
      SelfAttentivePooling: 'SAP',
      AttentiveStatisticsPooling: 'ASP',
    }),
  },
  {
    from: 'build_downstream.hidden_norm',
    to: 'downstream.norm',
    value: renamed({ BatchNorm1d: 'batch', LayerNorm: 'layer', Identity: 'none' }),
  },
  {
    from: 'build_downstream.initialization',
    to: 'downstream.initialization',
    value: renamed({ xavier_uniform_: 'xavier-uniform', xavier_normal_: 'xavier-normal' }),
  },
];

/**
 * S3PRL's settings and ours; the only place that knows both.
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
  { from: 'train.valid_metric', to: 'training.validMetric', value: metricName },
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

/** Whether S3PRL's schedule is to be used; read beside the table, since other settings depend on it. */
export const useScheduler = 'train.use_scheduler';

const sections = new Set(s3prlRules.map(({ from }) => from.split('.')[0]!));

/** Whether a setting at the top level or a section of this name is S3PRL's. */
export function isS3prlName(name: string): boolean {
  return sections.has(name);
}

/**
 * The rule for one of S3PRL's settings, and our path where there is a counterpart.
 *
 * @param isKnown whether the recipe has a setting
 */
export function s3prlRule(
  path: readonly string[],
  isKnown: (to: readonly string[]) => boolean = () => true,
): { readonly rule: S3prlRule; readonly to?: readonly string[] } | undefined {
  const name = path.join('.');
  let first: ReturnType<typeof s3prlRule>;
  for (const rule of s3prlRules) {
    const isOpen = rule.from.endsWith('.*');
    const section = rule.from.slice(0, -1);
    if (isOpen ? !name.startsWith(section) : name !== rule.from) continue;
    if (!rule.to) return first ?? { rule };
    const rest = isOpen ? name.slice(section.length).split('.').map(camelCase).join('.') : '';
    const found = { rule, to: rule.to.replace('*', rest).split('.') };
    if (isKnown(found.to)) return found;
    first ??= found;
  }
  return first;
}

/** Whether a value of a setting without a counterpart asks for nothing but what happens anyway. */
export function asksForNothing(value: unknown, { harmless = [] }: S3prlRule): boolean {
  const isNothing = value === null || value === false || (isMapping(value) && Object.keys(value).length === 0);
  return isNothing || (harmless !== 'any' && harmless.includes(value));
}

/** Whether this is one of S3PRL's sections, given empty. */
export function isEmptySection(path: readonly string[], value: unknown): boolean {
  const section = `${path.join('.')}.`;
  return (value === null || isMapping(value)) && s3prlRules.some(({ from }) => from.startsWith(section));
}

function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
