// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).
export { type CtcLoss, ctcLoss } from './ctc-loss.ts';
export { readDecodingResources } from './decoding/browser-decoding-resources.ts';
export { type DecoderSettings, decoderSettings } from './decoding/decoder-settings.ts';
export type { DecodingResources } from './decoding/decoding-resources.ts';
export type { NgramModel, NgramStep } from './decoding/ngram-model.ts';
export type { SpeltWord } from './decoding/spelling-trie.ts';
export { type TextDecoder, type TextHypothesis, textDecoder } from './decoding/text-decoder.ts';
export { type AlignedPair, alignTokens, countEdits, type EditCounts, errorRate } from './edit-counts.ts';
export { framesNeeded } from './frames-needed.ts';
export { greedyDecoding } from './greedy-decoding.ts';
export type { RecognitionLog } from './recognition-report.ts';
export { slotEditF1, slotTypeF1, slotValueCer, slotValueWer } from './slot-metrics.ts';
export { speechToTextCtc, type TextBatch } from './speech-to-text-ctc.ts';
export { characterErrorRate, phoneErrorRate, wordErrorRate } from './text-error-rates.ts';
