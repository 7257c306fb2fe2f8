import { type Scoring, scoreTrials } from '@s3/task-asv';

/** Scores of an embedding against each of the enrolled ones, as the checkpoint's task scores trials; higher is likelier one speaker. */
export function similarity(
  settings: { readonly [setting: string]: unknown },
  enrolled: readonly Float32Array[],
  tested: Float32Array,
): number[] {
  const trials = enrolled.map((_, index) => ({ enroll: String(index), test: 'tested' }));
  const embeddings = new Map([['tested', [tested]], ...enrolled.map((embedding, index) => [String(index), [embedding]] as const)]);
  return Array.from(scoreTrials(trials, embeddings, { scoring: (settings['scoring'] ?? 'cosine') as Scoring }));
}
