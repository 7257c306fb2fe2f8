export { evaluationSegments, type SegmentCut } from './evaluation-segments.ts';
export { type AamSoftmaxSettings, aamSoftmax, type SubCenterAamSoftmaxSettings, subCenterAamSoftmax } from './losses/aam-softmax.ts';
export { amSoftmax } from './losses/am-softmax.ts';
export { softmax } from './losses/softmax.ts';
export type { LossSizes, SpeakerLoss, SpeakerLossOutput } from './losses/speaker-loss.ts';
export { type DetectionCurve, detectionCurve } from './metrics/detection-curve.ts';
export { type EerDefinition, type EerOptions, type EqualErrorRate, equalErrorRate } from './metrics/equal-error-rate.ts';
export { type JudgeOptions, judgeTrials, type TrialsLog } from './metrics/judge-trials.ts';
export { type DetectionCosts, type MinDetectionCost, minDetectionCost } from './metrics/min-detection-cost.ts';
export { detCurves, scoreHistogram } from './metrics/verification-figures.ts';
export { type ExtractedEmbedding, type ExtractOptions, extractEmbeddings, type UtteranceBatch, validateOpenSet } from './open-set.ts';
export { type Calibration, calibrate, learnCalibration } from './scoring/calibration.ts';
export { asNorm, type Cohort, type CohortOptions, type CohortStatistics, cohortOf, cohortStatistics } from './scoring/cohort.ts';
export type { Embedding, EmbeddingMap } from './scoring/embedding-rows.ts';
export { type QualityMeasures, type QualitySources, qualityMeasures } from './scoring/quality-measures.ts';
export {
  parseScoreLines,
  parseTrialLines,
  type ScoredTrials,
  scoredTrialsOfTable,
  scoreLines,
  scoreTable,
  trialsOfTable,
} from './scoring/score-files.ts';
export { type ScoreOptions, type Scoring, scoreTrials, type Trial } from './scoring/score-trials.ts';
export {
  type CalibrationReference,
  type ChainScores,
  type CohortReference,
  type ScoringChain,
  scoreChain,
} from './scoring/scoring-chain.ts';
export {
  type SpeakerBatch,
  speakerVerification,
  type VerificationLog,
  type VerificationReference,
  type VerificationWiring,
} from './speaker-verification.ts';
