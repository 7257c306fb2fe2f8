import { mean } from '@s3/interface/tensors';
import type { BenchmarkRun } from './run-benchmark.ts';

/** What became of a task: its runs so far, of as many as it takes, and why some failed; or what it lacks. */
export type Outcome =
  | { readonly runs: readonly BenchmarkRun[]; readonly planned: number; readonly failed?: string }
  | { readonly missing: string };

/** The runs of a task, where all of them are there. */
export function wholeRuns(outcome: Outcome | undefined): readonly BenchmarkRun[] | undefined {
  return outcome && 'runs' in outcome && outcome.runs.length === outcome.planned ? outcome.runs : undefined;
}

/** Standard deviation of a sample, with one less than the values in the denominator; NaN of one value. */
export function deviationOf(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}
