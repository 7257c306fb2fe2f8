import type { S3prlRule } from './s3prl-rule.ts';

/** Diarization: chunks, which S3PRL sets for all sets together, and the post-processing. */
export const diarizationRules: readonly S3prlRule[] = [
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
