// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).
export { type AudioFile, audioBytes } from './audio-bytes.ts';
export { fetchDecoders } from './audio-codecs.ts';
export { type AudioInfo, openRecording, type Recording, readHeader } from './audio-recording.ts';
export { categoryEncoder } from './category-encoder.ts';
export { classIds } from './class-ids.ts';
export { type DataLoaderWiring, dataLoader } from './data-loader.ts';
export { fixedBatchSampler } from './fixed-batch-sampler.ts';
export { loadTokenizer, type TokenizerData } from './load-tokenizer.ts';
export { padWaveforms } from './pad-waveforms.ts';
export { recordingSource } from './recording-source.ts';
export { resample } from './resample.ts';
export { type SlotTokenizerData, slotOf, slotText, slotTokenizer } from './slot-tokenizer.ts';
export { type SubwordTokenizerData, subwordTokenizer } from './subword-tokenizer.ts';
export { type TextTokenizer, type TextTokenizerData, textTokenizer } from './text-tokenizer.ts';
export { type SilenceOptions, trimSilence } from './trim-silence.ts';
export { type UtteranceBatch, utteranceBatch } from './utterance-batch.ts';
export { wavBytes } from './wav-bytes.ts';
