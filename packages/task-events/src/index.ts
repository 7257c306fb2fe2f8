export { type ChunkSettings, chunkFrames } from './chunk-frames.ts';
export { type EventBatch, type EventReference, type EventTask, eventPrediction, type UsualDecisions } from './event-prediction.ts';
export type { EventLog, EventMetric } from './event-report.ts';
export { type EventScore, type EventTolerance, eventScore, segmentErrorRate } from './event-scores.ts';
export { type EventDecision, type FrameStretch, frameEvents } from './frame-events.ts';
export type { SoundEvent } from './sound-event.ts';
