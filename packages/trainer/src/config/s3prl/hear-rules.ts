import type { S3prlRule } from './s3prl-rule.ts';

/** What a name of PyTorch's or S3PRL's is called here; others stay, to be refused by their setting. */
const renamed = (names: { readonly [name: string]: string }) => (name: unknown) =>
  typeof name === 'string' ? (names[name] ?? name) : name;

/** HEAR: what a task says of itself, and its fully connected layers. */
export const hearRules: readonly S3prlRule[] = [
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
