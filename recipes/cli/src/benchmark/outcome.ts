import type { BenchmarkRun } from './run-benchmark.ts';

/** What became of a task: its runs so far, of as many as it takes, and why there are no more; or what it lacks. */
export type Outcome =
  | { readonly runs: readonly BenchmarkRun[]; readonly planned: number; readonly failed?: string }
  | { readonly missing: string };

/** The runs of a task, where all of them are there. */
export function wholeRuns(outcome: Outcome | undefined): readonly BenchmarkRun[] | undefined {
  return outcome && 'runs' in outcome && outcome.runs.length === outcome.planned ? outcome.runs : undefined;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample, with one less than the values in the denominator; NaN of one value. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
