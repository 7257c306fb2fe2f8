import type { Frames, Upstream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { deviations, type FeatureMoments, joinMoments, momentsOf } from './feature-moments.ts';
import { comparable, type DistanceName, frameDistances } from './frame-distances.ts';
import type { SearchBatches } from './search-reference.ts';
import type { SubsequenceDtw } from './subsequence-dtw.ts';

/** The queries of a search, ready to be compared with documents. */
export interface SearchIndex {
  /** ids in their order */
  readonly queries: readonly string[];
  /**
   * What each query costs in each document of a batch, (documents, layers, queries), NaN for queries too short to be searched for.
   *
   * @param hidden hidden states of all layers, of which those of the index are read
   */
  readonly costs: (hidden: readonly Frames[]) => Promise<Float32Array[]>;
  readonly dispose: () => void;
}

/** The queries in one layer. */
interface LayerIndex {
  readonly layer: number;
  readonly normal: Normal | undefined;
  /** (frames of all queries, features), as `comparable` has them */
  readonly frames: tf.Tensor2D;
  readonly queryFrames: readonly number[];
}

/** Mean and deviation of the features of a layer, (features,) */
interface Normal {
  readonly mean: tf.Tensor1D;
  readonly deviation: tf.Tensor1D;
}

/** Frames that a query needs; S3PRL does not search for shorter ones either. */
const fewestFrames = 5;

/**
 * Reads all queries through the upstream once and keeps them.
 *
 * @param options.documentMoments of each of the layers, where features are normalized: over the frames of documents and queries together
 */
export async function searchIndex(
  upstream: Upstream,
  queries: SearchBatches,
  {
    layers,
    distance,
    documentMoments,
    dtw,
    onProgress,
  }: {
    readonly layers: readonly number[];
    readonly distance: DistanceName;
    readonly documentMoments: readonly FeatureMoments[] | undefined;
    readonly dtw: SubsequenceDtw;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  },
): Promise<SearchIndex> {
  const ids: string[] = [];
  const frames: tf.Tensor2D[][] = layers.map(() => []);
  const moments: (FeatureMoments | undefined)[] = [...(documentMoments ?? [])];
  let done = 0;
  onProgress?.(0, queries.length);
  for await (const batch of queries.epoch(0)) {
    ids.push(...batch.utterances);
    await eachUtterance(upstream, batch, layers, async (values, place) => {
      frames[place]!.push(tf.clone(values));
      if (documentMoments) moments[place] = joinMoments(moments[place], await momentsOf(values));
    });
    onProgress?.(++done, queries.length);
  }
  const kept = layers.map((layer, place): LayerIndex => {
    const normal = documentMoments && normalOf(moments[place]!);
    const queryFrames = frames[place]!.map(({ shape }) => shape[0]);
    const all = tf.tidy(() => comparable(normalized(tf.concat(frames[place]!), normal), distance));
    tf.dispose(frames[place]!);
    return { layer, normal, frames: all, queryFrames };
  });

  return {
    queries: ids,
    async costs(hidden) {
      const { lengths } = hidden[layers[0]!]!;
      const all = lengths.map(() => new Float32Array(kept.length * ids.length).fill(Number.NaN));
      for (const [place, { layer, normal, frames: rows, queryFrames }] of kept.entries()) {
        for (const [row, length] of hidden[layer]!.lengths.entries()) {
          const distances = tf.tidy(() =>
            frameDistances(rows, comparable(normalized(utterance(hidden[layer]!, row, length), normal), distance), distance),
          );
          const costs = dtw.costs((await distances.data()) as Float32Array, queryFrames);
          distances.dispose();
          costs.forEach((cost, query) => {
            if (queryFrames[query]! >= fewestFrames) all[row]![place * ids.length + query] = cost;
          });
        }
      }
      return all;
    },
    dispose: () => tf.dispose(kept.map(({ normal, frames: rows }) => [rows, ...(normal ? [normal.mean, normal.deviation] : [])])),
  };
}

/** Moments of the features of each layer over all frames of the documents. */
export async function momentsOfDocuments(
  upstream: Upstream,
  documents: SearchBatches,
  layers: readonly number[],
  onProgress?: (done: number, total: number) => void,
): Promise<readonly FeatureMoments[]> {
  const moments: (FeatureMoments | undefined)[] = layers.map(() => undefined);
  let done = 0;
  onProgress?.(0, documents.length);
  for await (const batch of documents.epoch(0)) {
    await eachUtterance(upstream, batch, layers, async (values, place) => {
      moments[place] = joinMoments(moments[place], await momentsOf(values));
    });
    onProgress?.(++done, documents.length);
  }
  return moments as FeatureMoments[];
}

/** Hands on the frames of each utterance in each layer, (frames, features), and disposes them and the batch. */
async function eachUtterance(
  upstream: Upstream,
  { waveforms }: { readonly waveforms: Parameters<Upstream['extract']>[0] },
  layers: readonly number[],
  use: (frames: tf.Tensor2D, place: number) => Promise<void>,
): Promise<void> {
  try {
    const hidden = await upstream.extract(waveforms, layers);
    try {
      for (const [place, layer] of layers.entries()) {
        for (const [row, length] of hidden[layer]!.lengths.entries()) {
          const frames = utterance(hidden[layer]!, row, length);
          await use(frames, place);
          frames.dispose();
        }
      }
    } finally {
      tf.dispose(hidden.map(({ values }) => values));
    }
  } finally {
    waveforms.values.dispose();
  }
}

/** (frames, features) of a row, its padding cut off */
function utterance({ values }: Frames, row: number, length: number): tf.Tensor2D {
  return tf.tidy(() => tf.reshape(tf.slice(values, [row, 0, 0], [1, length, -1]), [length, values.shape[2]]));
}

export function normalOf(moments: FeatureMoments): Normal {
  const deviation = deviations(moments).map((value) => Math.max(value, 1e-9));
  return { mean: tf.tensor1d(Float32Array.from(moments.mean)), deviation: tf.tensor1d(Float32Array.from(deviation)) };
}

export function normalized(frames: tf.Tensor2D, normal: Normal | undefined): tf.Tensor2D {
  return normal ? tf.div(tf.sub(frames, normal.mean), normal.deviation) : frames;
}
