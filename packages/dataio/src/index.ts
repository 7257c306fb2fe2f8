export {
  type AudioDataset,
  type AudioDatasetComponent,
  type AudioDatasetWiring,
  type AudioUtterance,
  audioDataset,
} from './audio-dataset.ts';
export { type AudioInfo, audioInfo } from './audio-recording.ts';
export { balancedWeightedSampler } from './balanced-weighted-sampler.ts';
export { categoryEncoder } from './category-encoder.ts';
export { classIds } from './class-ids.ts';
export { type DataLoaderWiring, dataLoader } from './data-loader.ts';
export { distributedBatches } from './distributed-batches.ts';
export { fixedBatchSampler } from './fixed-batch-sampler.ts';
export { groupSameItemSampler } from './group-same-item-sampler.ts';
export { maxTimestampSampler } from './max-timestamp-sampler.ts';
export { padWaveforms } from './pad-waveforms.ts';
export { prepareVoxCeleb1, type VoxCeleb1Source } from './prepare-vox-celeb1.ts';
export { type AudioPart, readAudio } from './read-audio.ts';
export { resample } from './resample.ts';
export type { SamplerChance } from './sampler-source.ts';
export { sortedBucketingSampler } from './sorted-bucketing-sampler.ts';
export { sortedSliceSampler } from './sorted-slice-sampler.ts';
export { prepareSpeakerVerification, speakerVerificationCorpus } from './speaker-verification-corpus.ts';
export {
  type SpeakerUtterance,
  speakerTable,
  type Trial,
  type TrialTable,
  trialTable,
  type Utterance,
} from './speaker-verification-tables.ts';
export { readTable, resolveWavPaths, writeTable } from './table.ts';
export { type SilenceOptions, trimSilence } from './trim-silence.ts';
export { type UtteranceBatch, utteranceBatch } from './utterance-batch.ts';
