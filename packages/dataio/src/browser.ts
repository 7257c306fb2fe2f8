// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).
export { type AudioFile, audioBytes } from './audio/audio-bytes.ts';
export { fetchDecoders } from './audio/audio-codecs.ts';
export { type AudioInfo, openRecording, type Recording, readHeader } from './audio/audio-recording.ts';
export { recordingSource } from './audio/recording-source.ts';
export { resample } from './audio/resample.ts';
export { type SilenceOptions, trimSilence } from './audio/trim-silence.ts';
export { wavBytes } from './audio/wav-bytes.ts';
export { type DataLoaderWiring, dataLoader } from './datasets/data-loader.ts';
export { padWaveforms } from './datasets/pad-waveforms.ts';
export { type UtteranceBatch, utteranceBatch } from './datasets/utterance-batch.ts';
export { categoryEncoder } from './encoders/category-encoder.ts';
export { classIds } from './encoders/class-ids.ts';
export { loadTokenizer, type TokenizerData } from './encoders/load-tokenizer.ts';
export { type SlotTokenizerData, slotOf, slotTokenizer } from './encoders/slot-tokenizer.ts';
export { type SubwordTokenizerData, subwordTokenizer } from './encoders/subword-tokenizer.ts';
export { type TextTokenizer, type TextTokenizerData, textTokenizer } from './encoders/text-tokenizer.ts';
export { fixedBatchSampler } from './samplers/fixed-batch-sampler.ts';
