import type { Log } from '@s3/interface';

/** Metrics of one moment of a run. */
export interface LogEntry {
  readonly split: 'train' | 'valid' | 'test';
  /** name of the test set */
  readonly testSet?: string;
  /** optimizer steps done */
  readonly step: number;
  /** epochs begun, from 0 */
  readonly epoch: number;
  readonly log: Log;
}

/** How far one piece of work has come; sent as often as it moves, observers thin it out. */
export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** what is counted: steps, batches, files */
  readonly unit: string;
  /** latest values to show beside it, such as the loss */
  readonly latest?: Log;
}

/** Sees what a run does: terminal, TensorBoard and log file are observers; none of them can change the run. */
export interface RunObserver {
  readonly stageStarted?: (stage: { readonly number: number; readonly name: string }) => void;
  readonly stageEnded?: (stage: { readonly number: number; readonly name: string; readonly seconds: number }) => void;
  readonly progress?: (progress: Progress) => void;
  readonly logged?: (entry: LogEntry) => void;
  readonly message?: (level: 'info' | 'warning', text: string) => void;
  /** The run has ended, well or not: flush and let go. */
  readonly close?: () => void | Promise<void>;
}

/** Several observers as one. */
export function observeAll(observers: readonly RunObserver[]): Required<RunObserver> {
  return {
    stageStarted: (stage) => observers.forEach((observer) => void observer.stageStarted?.(stage)),
    stageEnded: (stage) => observers.forEach((observer) => void observer.stageEnded?.(stage)),
    progress: (progress) => observers.forEach((observer) => void observer.progress?.(progress)),
    logged: (entry) => observers.forEach((observer) => void observer.logged?.(entry)),
    message: (level, text) => observers.forEach((observer) => void observer.message?.(level, text)),
    close: async () => {
      for (const observer of observers) await observer.close?.();
    },
  };
}
