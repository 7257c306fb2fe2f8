export type { Checkpoint, CheckpointState } from '../checkpoint/checkpoint-state.ts';
export { type SettingOverrides, type TaskOf, taskOfCheckpoint } from '../checkpoint/task-of-checkpoint.ts';
export type { LogEntry, Progress, RunObserver } from '../observers/observer.ts';
export { type ProgressRate, progressRate } from '../observers/progress-rate.ts';
export type { TrainedProblem } from '../training/training-steps.ts';
export { checkpointFiles, checksum, type NamedFiles, openCheckpointFiles } from './checkpoint-files.ts';
export { findCheckpointFolder } from './find-checkpoint-folder.ts';
export { type TrainedInMemory, type TrainInMemoryOptions, trainInMemory } from './train-in-memory.ts';
export { isZip, unzipFiles, zipFiles } from './zip.ts';
