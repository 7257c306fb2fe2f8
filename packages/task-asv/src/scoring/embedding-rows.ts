import { InputError } from '@s3/interface';

/** One embedding of an utterance, or those of its segments. */
export type Embedding = ArrayLike<number> | readonly ArrayLike<number>[];
/** Utterance id to embedding; all utterances have as many segments, and all embeddings as many features. */
export type EmbeddingMap = ReadonlyMap<string, Embedding>;

/** Embeddings of utterances one below the other. */
export interface EmbeddingRows {
  /** (utterances, segments, size), row-major */
  readonly values: Float32Array;
  readonly utterances: number;
  readonly segments: number;
  /** features of an embedding */
  readonly size: number;
}

/** The embeddings of an utterance's segments; one for an utterance that was embedded whole. */
export function segmentsOf(embedding: Embedding): readonly ArrayLike<number>[] {
  return typeof embedding[0] === 'object' ? (embedding as readonly ArrayLike<number>[]) : [embedding as ArrayLike<number>];
}

/**
 * Embeddings of these utterances, each of length 1.
 *
 * @throws InputError when an embedding has no direction (all zero, or not finite), or another number of features or
 *   segments than the first
 */
export function unitRows(ids: readonly string[], embeddings: EmbeddingMap): EmbeddingRows {
  const first = segmentsOf(embeddings.get(ids[0]!)!);
  const [segments, size] = [first.length, first[0]?.length ?? 0];
  const values = new Float32Array(ids.length * segments * size);
  ids.forEach((id, row) => {
    const vectors = segmentsOf(embeddings.get(id)!);
    if (vectors.length !== segments) refuse(id, `${vectors.length} segments`, `${segments}, as the first one has`);
    vectors.forEach((vector, segment) => void putUnit(vector, values, (row * segments + segment) * size, size, id));
  });
  return { values, utterances: ids.length, segments, size };
}

/** Mean of each utterance's segments: (utterances, 1, size), no more of length 1. */
export function meanOfSegments({ values, utterances, segments, size }: EmbeddingRows): EmbeddingRows {
  if (segments === 1) return { values, utterances, segments, size };
  const means = new Float32Array(utterances * size);
  for (let row = 0; row < utterances * segments; row++) {
    const to = Math.floor(row / segments) * size;
    for (let feature = 0; feature < size; feature++) means[to + feature]! += values[row * size + feature]! / segments;
  }
  return { values: means, utterances, segments: 1, size };
}

function putUnit(vector: ArrayLike<number>, into: Float32Array, at: number, size: number, id: string): void {
  if (vector.length !== size) refuse(id, `${vector.length} features`, `${size}, as the first one has`);
  let squares = 0;
  for (let feature = 0; feature < size; feature++) squares += vector[feature]! ** 2;
  if (!(squares > 0 && squares < Number.POSITIVE_INFINITY)) {
    const expected = `${size} finite features, not all zero`;
    refuse(id, squares === 0 ? 'only zeros' : 'values that are not finite', expected);
  }
  const factor = 1 / Math.sqrt(squares);
  for (let feature = 0; feature < size; feature++) into[at + feature] = vector[feature]! * factor;
}

function refuse(id: string, found: string, expected: string): never {
  throw new InputError(
    `embedding of utterance '${id}'`,
    found,
    expected,
    'Listen to its audio; if other utterances fail as well, the model has diverged: test an earlier checkpoint or lower the learning rate.',
  );
}

/**
 * Makes sure that every utterance has an embedding.
 *
 * @param where what names the utterances, for the error
 * @throws InputError listing all that have none
 */
export function refuseUnknown(ids: Iterable<string>, embeddings: EmbeddingMap, where = 'trials'): void {
  const unknown = [...new Set(ids)].filter((id) => !embeddings.has(id));
  if (unknown.length === 0) return;
  // a message of more than a screen of ids helps nobody, but a few hundred are still read
  const named = unknown.slice(0, 500).map((id) => `'${id}'`);
  if (unknown.length > named.length) named.push(`and ${unknown.length - named.length} more`);
  throw new InputError(
    where,
    `${unknown.length} ${unknown.length === 1 ? 'utterance' : 'utterances'} without an embedding: ${named.join(', ')}`,
    `only utterances that were embedded (${embeddings.size})`,
    'Add their audio to what is embedded, or take their trials out.',
  );
}
