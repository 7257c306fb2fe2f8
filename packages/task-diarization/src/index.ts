export { activityStretches, type Decision, type FrameStretch } from './activity-segments.ts';
export { clusterVoices, type Voice } from './cluster-voices.ts';
export type { DiarizationLog, DiarizationReference } from './diarization-report.ts';
export { type FrameErrors, frameAccuracy, frameErrorRate, frameErrors } from './frame-errors.ts';
export { type Chunk, joinChunks } from './join-chunks.ts';
export { matchFrames } from './match-frames.ts';
export { type PermutationInvariantLoss, permutationInvariantLoss } from './permutation-invariant-loss.ts';
export { rttmText } from './rttm-text.ts';
export {
  type DiarizationReport,
  type DiarizationScore,
  type DiarizationSeconds,
  type RecordingScore,
  type ScoringSettings,
  scoreDiarization,
  scoringSettings,
} from './scoring/score-diarization.ts';
export { type DiarizationBatch, type DiarizationTask, speakerDiarization } from './speaker-diarization.ts';
export type { ScoredRegion, SpeakerSegment } from './speaker-segment.ts';
