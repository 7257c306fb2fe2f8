export type { Checkpoint, CheckpointState } from '../checkpoint/checkpoint-state.ts';
export type { LogEntry, Progress, RunObserver } from '../observer.ts';
export { type ProgressRate, progressRate } from '../progress-rate.ts';
export { type SettingOverrides, type TaskOf, taskOfCheckpoint } from '../task-of-checkpoint.ts';
export { checkpointFiles, checksum, type NamedFiles, openCheckpointFiles } from './checkpoint-files.ts';
export { findCheckpointFolder } from './find-checkpoint-folder.ts';
export { judgeInMemory, type TrainedInMemory, type TrainInMemoryOptions, trainInMemory } from './train-in-memory.ts';
export { unzipFiles, zipFiles } from './zip.ts';
