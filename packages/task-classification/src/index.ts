export { type ClassCounts, type ClassReport, classReport } from './class-report.ts';
export type { Classification } from './classification.ts';
export { crossEntropy } from './cross-entropy.ts';
export {
  type LabelGroup,
  type LabelGroupBatch,
  type LabelGroupLog,
  labelGroupClassification,
} from './label-group-classification.ts';
export { type RankingScores, rankingScores } from './ranking-scores.ts';
export { type PredictionType, type SceneBatch, type SceneLog, scenePrediction } from './scene-prediction.ts';
export {
  type ClassificationLog,
  type LabelledBatch,
  utteranceClassification,
} from './utterance-classification.ts';
