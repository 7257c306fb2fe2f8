export type { JudgedSearch, SearchLog } from './judge-search.ts';
export { judgeSearch } from './judge-search.ts';
export { type CrossEntropy, normalizedCrossEntropy } from './normalized-cross-entropy.ts';
export { type ComparedFrames, type QueryByExample, queryByExample } from './query-by-example.ts';
export type { SearchBatch, SearchBatches, SearchReference } from './search-reference.ts';
export { type DtwOptions, type SubsequenceDtw, subsequenceDtw } from './subsequence-dtw.ts';
export {
  actualTermWeightedValue,
  maximumTermWeightedValue,
  type QueryTrials,
  type TermCosts,
  type TermCurve,
  type TermWeightedValue,
  termCurve,
} from './term-weighted-value.ts';
