import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

/** One question of a verification test: are the two utterances of one speaker? */
export interface Trial {
  /** id of the utterance that the speaker was enrolled with */
  readonly enroll: string;
  /** id of the utterance to be verified */
  readonly test: string;
  readonly sameSpeaker: boolean;
}

// Entries of one block of the matrix of scores: 16 MB.
const blockEntries = 4_000_000;
// A matrix product gives this many scores in the time of one product of two rows.
const matrixAdvantage = 4;

/**
 * Cosine of the two embeddings of each trial, in the order of the trials.
 *
 * Each utterance is normalised once. Where the trials fill a good part of the matrix of
 * all pairs they are read from matrix products, in blocks of bounded size; else each
 * trial is a product of two rows, so nothing grows with the square of the utterances.
 *
 * @param embeddings utterance id to embedding
 * @throws InputError when trials name utterances without an embedding (all at once), or
 *   an embedding has no direction: all zero, or not finite
 */
export function scoreTrials(trials: readonly Trial[], embeddings: ReadonlyMap<string, ArrayLike<number>>): Float32Array {
  if (trials.length === 0) {
    throw new InputError('trials', 'none', 'at least one trial of one speaker and one of two', 'Check the list of trials.');
  }
  const enrolled = rowsOf(trials.map((trial) => trial.enroll));
  const tested = rowsOf(trials.map((trial) => trial.test));
  refuseUnknown([...enrolled.ids, ...tested.ids], embeddings);
  const size = embeddings.get(trials[0]!.enroll)!.length;
  const enrollVectors = unitRows(enrolled.ids, embeddings, size);
  const testVectors = unitRows(tested.ids, embeddings, size);

  return enrolled.ids.length * tested.ids.length <= matrixAdvantage * trials.length
    ? fromMatrix(enrollVectors, enrolled.rows, testVectors, tested.rows, size)
    : oneByOne(enrollVectors, enrolled.rows, testVectors, tested.rows, size);
}

/** Distinct ids, and the row of each trial's id among them. */
function rowsOf(ids: readonly string[]): { ids: string[]; rows: Int32Array } {
  const rowOf = new Map<string, number>();
  const rows = Int32Array.from(ids, (id) => {
    const known = rowOf.get(id);
    if (known !== undefined) return known;
    rowOf.set(id, rowOf.size);
    return rowOf.size - 1;
  });
  return { ids: [...rowOf.keys()], rows };
}

function refuseUnknown(ids: readonly string[], embeddings: ReadonlyMap<string, ArrayLike<number>>): void {
  const unknown = [...new Set(ids.filter((id) => !embeddings.has(id)))];
  if (unknown.length === 0) return;
  const named = unknown
    .slice(0, 10)
    .map((id) => `'${id}'`)
    .join(', ');
  throw new InputError(
    'trials',
    `${unknown.length} ${unknown.length === 1 ? 'utterance' : 'utterances'} not in the test set: ${named}${unknown.length > 10 ? ', ...' : ''}`,
    `only utterances of the test set (${embeddings.size} embedded)`,
    'Add their audio to the test set or take their trials out.',
  );
}

/** (ids, size), row-major, each row of length 1 */
function unitRows(ids: readonly string[], embeddings: ReadonlyMap<string, ArrayLike<number>>, size: number): Float32Array {
  const rows = new Float32Array(ids.length * size);
  ids.forEach((id, row) => {
    const embedding = embeddings.get(id)!;
    let squares = 0;
    for (let feature = 0; feature < size; feature++) squares += embedding[feature]! ** 2;
    if (embedding.length !== size || !(squares > 0 && squares < Number.POSITIVE_INFINITY)) {
      throw new InputError(
        `embedding of utterance '${id}'`,
        embedding.length !== size ? `${embedding.length} features` : squares === 0 ? 'only zeros' : 'values that are not finite',
        `${size} finite features, not all zero`,
        'Listen to its audio; if other utterances fail as well, the model has diverged: test an earlier checkpoint or lower the learning rate.',
      );
    }
    const factor = 1 / Math.sqrt(squares);
    for (let feature = 0; feature < size; feature++) rows[row * size + feature] = embedding[feature]! * factor;
  });
  return rows;
}

function fromMatrix(enroll: Float32Array, enrollRows: Int32Array, test: Float32Array, testRows: Int32Array, size: number): Float32Array {
  const scores = new Float32Array(enrollRows.length);
  const tests = test.length / size;
  const blockRows = Math.max(1, Math.floor(blockEntries / tests));
  const testMatrix = tf.tensor2d(test, [tests, size]);
  for (let first = 0; first < enroll.length / size; first += blockRows) {
    const rows = enroll.subarray(first * size, (first + blockRows) * size);
    const product = tf.tidy(() => tf.matMul(tf.tensor2d(rows, [rows.length / size, size]), testMatrix, false, true));
    const block = product.dataSync(); // outside: tidy would look for tensors in every entry
    product.dispose();
    const end = first + blockRows;
    for (let trial = 0; trial < scores.length; trial++) {
      const row = enrollRows[trial]!;
      if (row >= first && row < end) scores[trial] = block[(row - first) * tests + testRows[trial]!]!;
    }
  }
  testMatrix.dispose();
  return scores;
}

function oneByOne(enroll: Float32Array, enrollRows: Int32Array, test: Float32Array, testRows: Int32Array, size: number): Float32Array {
  const scores = new Float32Array(enrollRows.length);
  const unrolled = size - (size % 4);
  for (let trial = 0; trial < scores.length; trial++) {
    const a = enrollRows[trial]! * size;
    const b = testRows[trial]! * size;
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
