import { InputError } from '@s3/interface';
import type { CohortStatistics } from './cohort.ts';
import { type EmbeddingMap, refuseUnknown, segmentsOf } from './embedding-rows.ts';

/** What is known of utterances beside their direction, and bears on how far a score can be trusted. */
export interface QualityMeasures {
  /** what the columns are */
  readonly names: readonly string[];
  /** utterance id to its row of `names.length` values */
  readonly values: ReadonlyMap<string, Float64Array>;
}

/** What the measures are taken from. */
export interface QualitySources {
  /** not normalised: their length is one of the measures */
  readonly embeddings: EmbeddingMap;
  /** seconds of each utterance; durations are left out where this is */
  readonly seconds?: ReadonlyMap<string, number>;
  /** for the mean score against a cohort; left out where this is */
  readonly statistics?: ReadonlyMap<string, CohortStatistics>;
}

/**
 * ESPnet's quality measures of utterances: logarithm of the duration, mean L1 and L2 norm of the embeddings, standard deviation over
 * the features of their mean and, where there are several segments, of each feature over them; and the mean score against
 * a cohort, as in the systems that the measures come from.
 *
 * Thienpondt et al., "The IDLAB VoxSRC-20 Submission: Large Margin Fine-Tuning and Quality-Aware Score Calibration in DNN Based Speaker Verification", 2021.
 *
 * @throws InputError listing utterances without an embedding or a duration
 */
export function qualityMeasures(ids: Iterable<string>, { embeddings, seconds, statistics }: QualitySources): QualityMeasures {
  const unique = [...new Set(ids)];
  refuseUnknown(unique, embeddings);
  if (seconds) refuseWithout(unique, seconds, 'duration');
  if (statistics) refuseWithout(unique, statistics, 'cohort score');
  const first = segmentsOf(embeddings.get(unique[0]!)!);
  const spreads = first.length > 1 ? Array.from(first[0]!, (_, feature) => `segmentDeviation${feature}`) : [];
  const names = [
    ...(seconds ? ['logSeconds'] : []),
    ...['norm1', 'norm2', 'featureDeviation'],
    ...(statistics ? ['cohortMean'] : []),
    ...spreads,
  ];
  const values = new Map<string, Float64Array>();
  for (const id of unique) {
    const segments = segmentsOf(embeddings.get(id)!);
    const size = segments[0]!.length;
    const center = Float64Array.from({ length: size }, (_, feature) => meanOf(segments, (segment) => segment[feature]!));
    const row = [
      ...(seconds ? [Math.log(seconds.get(id)!)] : []),
      meanOf(segments, (segment) => sumOf(segment, Math.abs)),
      meanOf(segments, (segment) => Math.sqrt(sumOf(segment, (value) => value ** 2))),
      deviationOf(center),
      ...(statistics ? [statistics.get(id)!.mean] : []),
      ...spreads.map((_, feature) => deviationOf(segments.map((segment) => segment[feature]!))),
    ];
    values.set(id, Float64Array.from(row));
  }
  return { names, values };
}

function refuseWithout(ids: readonly string[], known: ReadonlyMap<string, unknown>, what: string): void {
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length === 0) return;
  const named = `${missing.slice(0, 500).join(', ')}${missing.length > 500 ? `, and ${missing.length - 500} more` : ''}`;
  throw new InputError(
    'calibration',
    `${missing.length} utterances without a ${what}: ${named}`,
    `a ${what} for each`,
    'Add them, or calibrate without.',
  );
}

function meanOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0) / items.length;
}

function sumOf(values: ArrayLike<number>, of: (value: number) => number): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += of(values[index]!);
  return sum;
}

/** Standard deviation, biased, as NumPy's `std`. */
function deviationOf(values: ArrayLike<number>): number {
  const mean = sumOf(values, (value) => value) / values.length;
  return Math.sqrt(sumOf(values, (value) => (value - mean) ** 2) / values.length);
}
