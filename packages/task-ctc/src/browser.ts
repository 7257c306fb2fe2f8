// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).
export { type AlignedUtterance, alignmentText } from './alignment-text.ts';
export { type CtcAlignments, type CtcBatch, ctcAlignments } from './ctc-alignments.ts';
export { type CtcLoss, ctcLoss } from './ctc-loss.ts';
export { readDecodingResources } from './decoding/browser-decoding-resources.ts';
export { type DecoderSettings, decoderSettings } from './decoding/decoder-settings.ts';
export type { DecodingResources } from './decoding/decoding-resources.ts';
export type { NgramModel, NgramStep } from './decoding/ngram-model.ts';
export type { SpeltWord } from './decoding/spelling-trie.ts';
export { type TextDecoder, type TextHypothesis, textDecoder } from './decoding/text-decoder.ts';
export { type AlignedPair, alignTokens, countEdits, type EditCounts, editsOf, errorRate, sumEdits } from './edit-counts.ts';
export { framesNeeded } from './frames-needed.ts';
export { greedyDecoding } from './greedy-decoding.ts';
export { type Recognised, type RecognitionLog, type RecognitionReportOptions, recognitionReport } from './recognition-report.ts';
export { slotEditF1, slotTypeF1, slotValueCer, slotValueWer } from './slot-metrics.ts';
export { speechToTextCtc, type TextBatch } from './speech-to-text-ctc.ts';
export { characterErrorRate, phoneErrorRate, type TextUnit, textEdits, tokensOf, wordErrorRate } from './text-error-rates.ts';
export { type TextMetric, textMetricNames, textMetrics } from './text-metrics.ts';
