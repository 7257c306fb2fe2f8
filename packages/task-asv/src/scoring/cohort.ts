import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { type EmbeddingMap, refuseUnknown, segmentsOf, unitRows } from './embedding-rows.ts';
import { blockEntries, type ScoreOptions, type Trial } from './score-trials.ts';

/** Embeddings of other speakers, which scores are compared with. */
export interface Cohort {
  /** (rows, size), row-major */
  readonly values: Float32Array;
  readonly rows: number;
  readonly size: number;
}

/** How an utterance scores against those of a cohort that are nearest to it. */
export interface CohortStatistics {
  readonly mean: number;
  /** standard deviation, unbiased */
  readonly deviation: number;
}

/**
 * A cohort of utterances: each one's segments averaged, then of length 1; with speakers, the mean over each one's utterances.
 *
 * The means over speakers are shorter than 1, as in ESPnet; cosine scoring does not see it.
 *
 * @param speakerOf utterance id to speaker, for one row each speaker; one row each utterance where it is left out
 * @throws InputError for no utterances, an embedding without direction, or an utterance whose speaker is not known
 */
export function cohortOf(embeddings: EmbeddingMap, speakerOf?: ReadonlyMap<string, string>): Cohort {
  const ids = [...embeddings.keys()];
  if (ids.length === 0)
    throw new InputError('the cohort', 'no utterances', 'at least two', 'Name utterances of other speakers than the trials have.');
  const { values, size } = unitRows(ids, new Map(ids.map((id) => [id, meanVector(embeddings.get(id)!)])));
  if (!speakerOf) return { values, rows: ids.length, size };

  const nameless = ids.filter((id) => !speakerOf.has(id));
  if (nameless.length > 0) {
    const found = `${nameless.length} without a speaker: ${nameless.slice(0, 20).join(', ')}${nameless.length > 20 ? ', ...' : ''}`;
    throw new InputError('utterances of the cohort', found, 'a speaker for each', 'Add them to the list of speakers, or average nothing.');
  }
  const speakers = new Map([...new Set(ids.map((id) => speakerOf.get(id)!))].map((speaker, row) => [speaker, row]));
  const sums = new Float64Array(speakers.size * size);
  const counts = new Float64Array(speakers.size);
  ids.forEach((id, row) => {
    const speaker = speakers.get(speakerOf.get(id)!)!;
    counts[speaker]! += 1;
    for (let feature = 0; feature < size; feature++) sums[speaker * size + feature]! += values[row * size + feature]!;
  });
  return { values: Float32Array.from(sums, (sum, entry) => sum / counts[Math.floor(entry / size)]!), rows: speakers.size, size };
}

function meanVector(embedding: ArrayLike<number> | readonly ArrayLike<number>[]): ArrayLike<number> {
  const segments = segmentsOf(embedding);
  if (segments.length === 1) return segments[0]!;
  return Float32Array.from(segments[0]!, (_, feature) => segments.reduce((sum, segment) => sum + segment[feature]!, 0) / segments.length);
}

/** How the embeddings of a cohort become one for each speaker. */
export interface CohortOptions extends ScoreOptions {
  /** how many of the cohort's best scores count for each utterance; all of them for plain S-norm */
  readonly topK: number;
}

/**
 * Mean and deviation of each utterance's best scores against the cohort, as matrix products in blocks of bounded size.
 *
 * @param ids utterances, each once
 * @throws InputError when the cohort is smaller than `topK`, `topK` is below 2, or an utterance has no embedding or the
 *   same score against all that count
 */
export function cohortStatistics(
  ids: readonly string[],
  embeddings: EmbeddingMap,
  cohort: Cohort,
  { topK, scoring = 'cosine' }: CohortOptions,
): ReadonlyMap<string, CohortStatistics> {
  if (!(Number.isInteger(topK) && topK >= 2)) {
    throw new InputError('topK', String(topK), 'a whole number of at least 2, since a deviation takes two scores', 'Set it higher.');
  }
  if (cohort.rows < topK) {
    throw new InputError(
      'topK',
      `${topK}, but a cohort of ${cohort.rows}`,
      'at most as many as the cohort has',
      `Set topK to ${cohort.rows} or less, add utterances to the cohort, or do not average them over speakers.`,
    );
  }
  refuseUnknown(ids, embeddings);
  const { values, segments, size } = unitRows(ids, embeddings);
  if (size !== cohort.size) {
    throw new InputError(
      'the cohort',
      `embeddings of ${cohort.size} features`,
      `${size}, as the trials have`,
      'Embed both with one checkpoint.',
    );
  }
  const cohortMatrix = tf.tidy(() => {
    const rows = tf.tensor2d(cohort.values, [cohort.rows, size]);
    return scoring === 'cosine' ? (tf.div(rows, tf.norm(rows, 2, 1, true)) as tf.Tensor2D) : rows;
  });
  const squares = tf.tidy(() => tf.sum(tf.square(cohortMatrix), 1)); // (rows,)
  const statistics = new Map<string, CohortStatistics>();
  const blockRows = Math.max(1, Math.floor(blockEntries / (cohort.rows * segments)));
  for (let first = 0; first < ids.length; first += blockRows) {
    const end = Math.min(first + blockRows, ids.length);
    const block = tf.tidy(() => {
      const rows = tf.tensor2d(values.subarray(first * segments * size, end * segments * size), [(end - first) * segments, size]);
      const products = tf.matMul(rows, cohortMatrix, false, true);
      const scores = scoring === 'cosine' ? products : tf.neg(tf.sqrt(tf.maximum(tf.add(tf.sub(1, tf.mul(products, 2)), squares), 0)));
      const ofUtterance = segments === 1 ? scores : tf.mean(tf.reshape(scores, [end - first, segments, cohort.rows]), 1);
      return tf.stack(momentsOfBest(ofUtterance as tf.Tensor2D, topK), 1);
    });
    const found = block.dataSync();
    block.dispose();
    for (let row = 0; row < end - first; row++) {
      statistics.set(ids[first + row]!, { mean: found[2 * row]!, deviation: found[2 * row + 1]! });
    }
  }
  tf.dispose([cohortMatrix, squares]);
  for (const [id, { deviation }] of statistics) {
    if (deviation > 0) continue;
    throw new InputError(
      'the cohort',
      `${topK} equal scores against utterance '${id}'`,
      'embeddings that differ',
      'Check that the cohort does not hold one recording many times.',
    );
  }
  return statistics;
}

/** Mean and unbiased deviation of each row's highest values, (rows) each; in one kernel where the engine has it. */
function momentsOfBest(values: tf.Tensor2D, count: number): tf.Tensor[] {
  if (tf.getKernel('S3Best', tf.getBackend())) {
    return (tf.engine().runKernel('S3Best', { values, count: tf.scalar(count, 'int32') }) as unknown as tf.Tensor[]).slice(0, 2);
  }
  const best = count === values.shape[1] ? values : tf.topk(values, count, false).values;
  const mean = tf.mean(best, 1, true);
  return [tf.squeeze(mean, [1]), tf.sqrt(tf.div(tf.sum(tf.square(tf.sub(best, mean)), 1), count - 1))];
}

/**
 * Adaptive symmetric normalisation of scores (AS-norm): how far each lies above what both utterances score against others.
 *
 * (score - mean) / deviation, once with the cohort statistics of the enrolled utterance and once with those of the tested one,
 * averaged; speechbrain's `s-norm` with its `cohort_size`, and ESPnet's with its `adaptive_cohort_size`.
 *
 * Matejka et al., "Analysis of Score Normalization in Multilingual Speaker Recognition", 2017.
 *
 * @param scores of the trials, made with the same scoring as the statistics
 */
export function asNorm(
  trials: readonly Pick<Trial, 'enroll' | 'test'>[],
  scores: ArrayLike<number>,
  statistics: ReadonlyMap<string, CohortStatistics>,
): Float32Array {
  // a loop, since `Float32Array.from` makes a list of all trials first
  const normalised = new Float32Array(trials.length);
  trials.forEach(({ enroll, test }, trial) => {
    const [one, other] = [statistics.get(enroll)!, statistics.get(test)!];
    const score = scores[trial]!;
    normalised[trial] = 0.5 * ((score - one.mean) / one.deviation + (score - other.mean) / other.deviation);
  });
  return normalised;
}
