import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { type EmbeddingMap, type EmbeddingRows, meanOfSegments, refuseUnknown, unitRows } from './embedding-rows.ts';

/** One question of a verification test: are the two utterances of one speaker? */
export interface Trial {
  /** id of the utterance that the speaker was enrolled with */
  readonly enroll: string;
  /** id of the utterance to be verified */
  readonly test: string;
  readonly sameSpeaker: boolean;
}

/**
 * How two embeddings, or two utterances of several segments, are compared.
 *
 * `cosine`: the mean cosine of all pairs of segments. `euclidean`: minus the mean distance of all pairs of segments of
 * length 1, as ESPnet scores. With one segment both put trials into the same order.
 */
export type Scoring = 'cosine' | 'euclidean';

/** How two embeddings are compared. */
export interface ScoreOptions {
  /** cosine unless said */
  readonly scoring?: Scoring;
}

// Entries of one block of the matrix of scores: 16 MB.
export const blockEntries = 4_000_000;
// A matrix product gives this many scores in the time of one product of two rows, as they lie apart in memory: 50 on
// native (4 ns each), 15 on wasm.
const matrixAdvantage = 16;

/**
 * Scores of trials, in their order: higher is likelier one speaker.
 *
 * Each utterance is normalised once. Where the trials fill a good part of the matrix of
 * all pairs they are read from matrix products, in blocks of bounded size; else each
 * trial is a product of two rows, so nothing grows with the square of the utterances.
 *
 * @param embeddings utterance id to its embedding, or to those of its segments
 * @throws InputError when trials name utterances without an embedding (all at once), or
 *   an embedding has no direction: all zero, or not finite
 */
export function scoreTrials(
  trials: readonly Pick<Trial, 'enroll' | 'test'>[],
  embeddings: EmbeddingMap,
  { scoring = 'cosine' }: ScoreOptions = {},
): Float32Array {
  if (trials.length === 0) {
    throw new InputError('trials', 'none', 'at least one trial of one speaker and one of two', 'Check the list of trials.');
  }
  const enrolled = rowsOf(trials, 'enroll');
  const tested = rowsOf(trials, 'test');
  refuseUnknown([...enrolled.ids, ...tested.ids], embeddings);
  const enroll = unitRows(enrolled.ids, embeddings);
  const test = unitRows(tested.ids, embeddings);
  if (test.segments !== enroll.segments || test.size !== enroll.size) {
    const shape = ({ segments, size }: EmbeddingRows) => `${segments} segments of ${size} features`;
    throw new InputError('embeddings', `${shape(enroll)} and ${shape(test)}`, 'as many of each utterance', 'Embed all of them in one way.');
  }
  const places = { enroll: enrolled.rows, test: tested.rows };
  const isDense = enrolled.ids.length * tested.ids.length <= matrixAdvantage * trials.length;
  if (scoring === 'euclidean' && enroll.segments > 1)
    return isDense ? distanceMatrix(enroll, test, places) : distances(enroll, test, places);

  // the mean of all products of segments is the product of their means
  const [one, other] = [meanOfSegments(enroll), meanOfSegments(test)];
  const cosines = isDense ? cosineMatrix(one, other, places) : cosinesOneByOne(one, other, places);
  return scoring === 'cosine' ? cosines : cosines.map((cosine) => -Math.sqrt(Math.max(0, 2 - 2 * cosine)));
}

/** Row of each trial's utterances. */
interface Places {
  readonly enroll: Int32Array;
  readonly test: Int32Array;
}

/** Distinct ids of one side of the trials, and the row of each trial's id among them. */
function rowsOf(trials: readonly Pick<Trial, 'enroll' | 'test'>[], side: 'enroll' | 'test'): { ids: string[]; rows: Int32Array } {
  const rowOf = new Map<string, number>();
  const rows = new Int32Array(trials.length);
  // a loop, since `Int32Array.from` makes a list of all of them first
  for (let trial = 0; trial < rows.length; trial++) {
    const id = trials[trial]![side];
    let row = rowOf.get(id);
    if (row === undefined) {
      row = rowOf.size;
      rowOf.set(id, row);
    }
    rows[trial] = row;
  }
  return { ids: [...rowOf.keys()], rows };
}

function cosineMatrix(enroll: EmbeddingRows, test: EmbeddingRows, places: Places): Float32Array {
  return fromMatrix(enroll, test, places, (rows, all) => tf.matMul(rows, all, false, true));
}

function distanceMatrix(enroll: EmbeddingRows, test: EmbeddingRows, places: Places): Float32Array {
  const { segments } = enroll;
  return fromMatrix(enroll, test, places, (rows, all) => {
    const pairs = distanceOf(tf.matMul(rows, all, false, true)); // (enrolled * segments, tested * segments)
    return tf.neg(tf.mean(tf.reshape(pairs, [-1, segments, test.utterances, segments]), [1, 3]));
  });
}

/** Distance of two vectors of length 1, of their cosine. */
const distanceOf = (cosines: tf.Tensor) => tf.sqrt(tf.maximum(tf.sub(2, tf.mul(cosines, 2)), 0));

/**
 * Scores out of the matrix of all pairs, made in blocks of rows.
 *
 * @param scoresOf (enrolled * segments, size) and (tested * segments, size) to (enrolled, tested)
 */
function fromMatrix(
  enroll: EmbeddingRows,
  test: EmbeddingRows,
  places: Places,
  scoresOf: (rows: tf.Tensor2D, all: tf.Tensor2D) => tf.Tensor,
): Float32Array {
  const scores = new Float32Array(places.enroll.length);
  const { segments, size } = enroll;
  const blockRows = Math.max(1, Math.floor(blockEntries / (test.utterances * segments * segments)));
  const testMatrix = tf.tensor2d(test.values, [test.utterances * segments, size]);
  const trialsOf = trialsByBlock(places.enroll, blockRows, Math.ceil(enroll.utterances / blockRows));
  for (let first = 0; first < enroll.utterances; first += blockRows) {
    const end = Math.min(first + blockRows, enroll.utterances);
    const rows = enroll.values.subarray(first * segments * size, end * segments * size);
    const matrix = tf.tidy(() => scoresOf(tf.tensor2d(rows, [(end - first) * segments, size]), testMatrix));
    const block = matrix.dataSync(); // outside: tidy would look for tensors in every entry
    matrix.dispose();
    for (const trial of trialsOf(first / blockRows)) {
      scores[trial] = block[(places.enroll[trial]! - first) * test.utterances + places.test[trial]!]!;
    }
  }
  testMatrix.dispose();
  return scores;
}

/** The trials of each block of rows, so that each trial is looked at once. */
function trialsByBlock(rows: Int32Array, blockRows: number, blocks: number): (block: number) => Int32Array {
  const starts = new Int32Array(blocks + 1);
  for (const row of rows) starts[Math.floor(row / blockRows) + 1]! += 1;
  for (let block = 0; block < blocks; block++) starts[block + 1]! += starts[block]!;
  const order = new Int32Array(rows.length);
  const next = starts.slice();
  rows.forEach((row, trial) => {
    const block = Math.floor(row / blockRows);
    order[next[block]!++] = trial;
  });
  return (block) => order.subarray(starts[block], starts[block + 1]);
}

/** Minus the mean distance of all pairs of segments, a block of trials at a time as one batch of products. */
function distances(enroll: EmbeddingRows, test: EmbeddingRows, places: Places): Float32Array {
  const { segments, size } = enroll;
  const scores = new Float32Array(places.enroll.length);
  const matrixOf = ({ values, utterances }: EmbeddingRows) => tf.tensor2d(values, [utterances, segments * size]);
  const [enrollMatrix, testMatrix] = [matrixOf(enroll), matrixOf(test)];
  const blockTrials = Math.max(1, Math.floor(blockEntries / (segments * size)));
  for (let first = 0; first < scores.length; first += blockTrials) {
    const block = tf.tidy(() => {
      const gathered = (matrix: tf.Tensor2D, rows: Int32Array) => {
        const part = rows.subarray(first, first + blockTrials);
        return tf.reshape(tf.gather(matrix, tf.tensor1d(part, 'int32')), [-1, segments, size]);
      };
      const cosines = tf.matMul(gathered(enrollMatrix, places.enroll), gathered(testMatrix, places.test), false, true);
      return tf.neg(tf.mean(distanceOf(cosines), [1, 2]));
    });
    scores.set(block.dataSync() as Float32Array, first);
    block.dispose();
  }
  tf.dispose([enrollMatrix, testMatrix]);
  return scores;
}

function cosinesOneByOne({ values: enroll, size }: EmbeddingRows, { values: test }: EmbeddingRows, places: Places): Float32Array {
  const scores = new Float32Array(places.enroll.length);
  const unrolled = size - (size % 4);
  for (let trial = 0; trial < scores.length; trial++) {
    const a = places.enroll[trial]! * size;
    const b = places.test[trial]! * size;
    // four sums, so that an addition need not wait for the one before
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let i = 0; i < unrolled; i += 4) {
      s0 += enroll[a + i]! * test[b + i]!;
      s1 += enroll[a + i + 1]! * test[b + i + 1]!;
      s2 += enroll[a + i + 2]! * test[b + i + 2]!;
      s3 += enroll[a + i + 3]! * test[b + i + 3]!;
    }
    for (let i = unrolled; i < size; i++) s0 += enroll[a + i]! * test[b + i]!;
    scores[trial] = s0 + s1 + s2 + s3;
  }
  return scores;
}
