import {
  defineComponent,
  definePhase,
  InputError,
  moduleOf,
  type Phase,
  type PhaseRun,
  type Reduction,
  StateError,
  type Task,
  type Upstream,
  WiringError,
} from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { deviations, type FeatureMoments } from './feature-moments.ts';
import { distanceNames } from './frame-distances.ts';
import { type JudgedSearch, judgeSearch, type SearchLog } from './judge-search.ts';
import { scoreTable, stdlist } from './score-files.ts';
import { layerFigure, searchFigures } from './search-figures.ts';
import { momentsOfDocuments, normalized, normalOf, type SearchIndex, searchIndex } from './search-index.ts';
import type { SearchBatch, SearchBatches, SearchReference } from './search-reference.ts';
import { subsequenceDtw } from './subsequence-dtw.ts';

/** An utterance as it is compared. */
export interface ComparedFrames {
  readonly layer: number;
  /** (frames, features), normalized as the documents are */
  readonly frames: readonly (readonly number[])[];
}

/** Finds spoken queries in spoken documents; nothing is trained. */
export interface QueryByExample extends Omit<Task<never, SearchBatch, SearchLog, SearchReference, ComparedFrames>, 'train' | 'valid'> {
  /** ids of the layers to choose from */
  readonly layers: readonly number[];
  /** searches in every layer of the settings; its log is that of the best */
  readonly valid: Phase<SearchBatch, SearchLog, SearchReference>;
  /** searches in the layer that was chosen */
  readonly test: Phase<SearchBatch, SearchLog, SearchReference>;
  /** Chooses the layer that `valid` found the best, and keeps what it knows of the documents. */
  readonly settle: (validation: Pick<SearchLog, 'layer'>) => void;
}

/**
 * Query by example: every query is searched for in every document by subsequence DTW of hidden states, and how well they are told
 * apart is scored by term weighted value.
 *
 * Features are normalized over all frames of queries and documents. Of the upstream's layers the one with the best MTWV on the queries of the validation set is taken. Frames
 * are compared in single precision, as one matrix product of all queries with a document.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 *
 * @throws WiringError for a layer that the upstream does not have
 */
export const queryByExample = defineComponent({
  name: 'query-by-example',
  config: z.object({
    layers: z
      .array(z.int().nonnegative())
      .min(1)
      .nullable()
      .default(null)
      .describe('ids of the layers to choose from, 0 is the lowest; null for all'),
    distance: z
      .enum(distanceNames)
      .default('cosine_exp')
      .describe("how far two frames are from each other: 'cosine' is 1 - cos, 'cosine_exp' e^(1 - cos) - 1, 'cosine_neg_log' -log cos"),
    normalizeFeatures: z
      .boolean()
      .default(true)
      .describe('bring each feature to mean 0 and deviation 1 over the frames of all queries and documents'),
    normalizeDistances: z.boolean().default(true).describe("bring the distances of each frame of a query to 0..1 over a document's frames"),
    decisionThreshold: z
      .number()
      .default(2)
      .describe('documents of a higher score, in deviations above the mean of the query, count as found in atwv'),
    targetPrior: z.number().gt(0).lt(1).default(0.0008).describe('probability that a document has a query, for the term weighted value'),
    missCost: z.number().positive().default(100).describe('cost of a document that is not found'),
    falseAlarmCost: z.number().positive().default(1).describe('cost of a document that is found and does not have the query'),
  }),
  build({ upstream }: { readonly upstream: Upstream }, config): QueryByExample {
    const candidates = config.layers ?? upstream.layers.map((_, layer) => layer);
    const unknown = candidates.find((layer) => layer >= upstream.layers.length);
    if (unknown !== undefined) {
      const has = `has the layers 0 to ${upstream.layers.length - 1}`;
      throw new WiringError('upstream', has, `layer ${unknown} is to be searched; choose among them`);
    }
    if (config.normalizeFeatures && config.distance === 'cosine_neg_log') {
      const remedy = 'Set normalizeFeatures to false, or choose another distance.';
      throw new InputError(
        'distance',
        "'cosine_neg_log' of normalized features, whose cosines are negative",
        'features as they are',
        remedy,
      );
    }
    const dtw = subsequenceDtw(config);
    const chosen = chosenLayer(candidates);
    const indices = new Set<SearchIndex>();
    /** moments of the documents in each layer, as far as they are known */
    const known = new Map<number, FeatureMoments>();

    function search(
      documents: SearchBatches,
      reference: SearchReference,
      layersOf: () => readonly number[],
      reduceAs: ReduceAs,
    ): PhaseRun<SearchLog> {
      let ready: Promise<SearchIndex> | undefined;
      const told = (label: string) => (done: number, total: number) => reference.onProgress?.(label, done, total);
      const prepareIndex = async (): Promise<SearchIndex> => {
        const layers = layersOf();
        if (config.normalizeFeatures && !layers.every((layer) => known.has(layer) || chosen.moments()?.layer === layer)) {
          const moments = await momentsOfDocuments(upstream, documents, layers, told('mean and deviation of documents'));
          moments.forEach((value, place) => void known.set(layers[place]!, value));
        }
        const documentMoments = config.normalizeFeatures ? layers.map((layer) => known.get(layer) ?? chosen.moments()!.moments) : undefined;
        const { distance } = config;
        const index = await searchIndex(upstream, reference.queries, {
          layers,
          distance,
          documentMoments,
          dtw,
          onProgress: told('reading queries'),
        });
        indices.add(index);
        return index;
      };
      return definePhase({
        async prepare({ waveforms }: SearchBatch) {
          // queries are read when the first document is there, so that nothing is done for a split that was judged before
          ready ??= prepareIndex();
          const index = await ready;
          const hidden = await upstream.extract(waveforms, layersOf());
          try {
            return { queries: index.queries, costs: await index.costs(hidden) };
          } finally {
            tf.dispose(hidden.map(({ values }) => values));
          }
        },
        step: (_batch, { costs, queries }) => ({ costs, queries: [queries] }),
        collect: ({ costs, queries }, { utterances }) => ({ costs, documents: [...utterances], queries }),
        reduce({ costs, documents, queries: [queries] }, judgedBy: SearchReference, { isPartial } = { isPartial: false }) {
          const layers = layersOf();
          const judgeLayer = (layer: number, place: number): JudgedSearch => {
            const costOf = (query: number, document: number) => costs[document]![place * queries!.length + query]!;
            return judgeSearch({ queries: queries!, documents, costOf }, judgedBy, {
              layer,
              costs: config,
              decisionThreshold: config.decisionThreshold,
              isPartial,
            });
          };
          void ready?.then((index) => {
            index.dispose();
            indices.delete(index);
          });
          ready = undefined;
          return reduceAs(layers, judgeLayer, documents);
        },
      }).over(documents, reference);
    }

    return {
      ...chosen.module,
      name: 'query-by-example',
      layers: candidates,
      model: modelOf(upstream, candidates),
      valid: { over: (documents, reference) => search(documents, reference, () => candidates, bestLayer) },
      test: {
        over: (documents, reference) =>
          search(
            documents,
            reference,
            () => [chosen.layer()],
            ([layer], judge, ids) => oneLayer(judge(layer!, 0), ids, config.decisionThreshold),
          ),
      },
      settle({ layer }) {
        chosen.choose(layer, known.get(layer));
        known.clear();
      },
      async predict(waveforms) {
        const layer = chosen.layer();
        const moments = config.normalizeFeatures ? chosen.moments()?.moments : undefined;
        const hidden = await upstream.extract(waveforms, [layer]);
        const { values, lengths } = hidden[layer]!;
        const frames = tf.tidy(() => {
          const normal = moments && normalOf(moments);
          return lengths.map((length, row) =>
            normalized(tf.reshape(tf.slice(values, [row, 0, 0], [1, length, -1]), [length, values.shape[2]]), normal),
          );
        });
        const predictions = await Promise.all(frames.map(async (one) => ({ layer, frames: await one.array() })));
        tf.dispose([frames, hidden.map((state) => state.values)]);
        return predictions;
      },
      dispose() {
        for (const index of indices) index.dispose();
        indices.clear();
        chosen.module.dispose();
      },
    };
  },
});

type ReduceAs = (
  layers: readonly number[],
  judge: (layer: number, place: number) => JudgedSearch,
  documents: readonly string[],
) => Reduction<SearchLog>;

/** The layer of the greatest MTWV, the lowest of equal ones. */
function bestLayer(layers: readonly number[], judge: (layer: number, place: number) => JudgedSearch): Reduction<SearchLog> {
  // all trials of one layer at a time: those of all would be many millions
  const logs = layers.map((layer, place) => judge(layer, place).log);
  const best = logs.reduce((first, second) => (second.mtwv > first.mtwv ? second : first));
  const columns = ['layer', 'mtwv', 'atwv', 'threshold', 'missRate', 'falseAlarmRate', 'cnxe', 'minCnxe'] as const;
  const rows = logs.map((log) => `${columns.map((column) => log[column]).join(',')}\n`);
  return {
    log: best,
    chance: { mtwv: 0 },
    files: { 'layers.csv': `${columns.join(',')}\n${rows.join('')}` },
    ...(logs.length > 1 && { figures: [layerFigure(logs)] }),
  };
}

function oneLayer(
  { log, queries, curve, best }: JudgedSearch,
  documents: readonly string[],
  decisionThreshold: number,
): Reduction<SearchLog> {
  return {
    log,
    chance: { mtwv: 0 },
    files: { 'scores.csv': scoreTable(queries, documents), 'benchmark.stdlist.xml': stdlist(queries, documents, decisionThreshold) },
    figures: searchFigures(queries, curve, best),
  };
}

/** What says of the upstream how it is fed and where its hidden states are kept. */
function modelOf(upstream: Upstream, layers: readonly number[]): Task<never, never, SearchLog>['model'] {
  const { cache } = upstream;
  return {
    ...moduleOf({}),
    dispose: () => upstream.dispose(),
    sampleRate: upstream.sampleRate,
    minSamples: 1,
    ...(cache && { cache: { folder: cache.folder, maxBytes: cache.maxBytes, bytesPerSecond: cache.bytesPerSecond(layers) } }),
  };
}

/** The layer that was chosen, with the moments of the documents in it, as the task's state. */
function chosenLayer(candidates: readonly number[]) {
  let tensors: { [name: string]: tf.Tensor } = {};
  let layer = candidates.length === 1 ? candidates[0] : undefined;
  let moments: FeatureMoments | undefined;
  const keep = () => {
    tf.dispose(tensors);
    const values = {
      layer: [layer ?? -1],
      ...(moments && { frames: [moments.frames], mean: moments.mean, deviation: deviations(moments) }),
    };
    tensors = Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, tf.keep(tf.tensor1d(Float32Array.from(numbers)))]));
  };
  keep();

  return {
    /** @throws InputError where none was chosen */
    layer(): number {
      if (layer !== undefined) return layer;
      const found = `${candidates.length} layers, none of them chosen`;
      const remedy = 'Give queries for validation (corpus.valid), or name one layer: task.layers 6.';
      throw new InputError('task.layers', found, 'one layer, or validation queries to choose it by', remedy);
    },
    moments: () => (layer !== undefined && moments ? { layer, moments } : undefined),
    choose(chosen: number, of: FeatureMoments | undefined): void {
      [layer, moments] = [chosen, of];
      keep();
    },
    module: {
      trainable: [],
      state: () => ({ tensors, values: {} }),
      loadState({ tensors: given }: { readonly tensors: tf.NamedTensorMap }): void {
        const known = ['layer', 'frames', 'mean', 'deviation'];
        const problems = Object.keys(given).flatMap((name) => (known.includes(name) ? [] : [`${name}: unknown here`]));
        if (!given['layer']) problems.push('layer: missing');
        if (problems.length > 0) throw new StateError(problems);
        const read = (name: string) => Float64Array.from(given[name]?.dataSync() ?? []);
        const [saved] = read('layer');
        if (saved! >= 0 && !candidates.includes(saved!)) {
          throw new StateError([`layer: is ${saved}, but only ${candidates.join(', ')} are searched; leave task.layers as it was`]);
        }
        const [frames] = read('frames');
        layer = saved! < 0 ? undefined : saved;
        moments =
          frames === undefined
            ? undefined
            : { frames, mean: read('mean'), squares: read('deviation').map((value) => value ** 2 * (frames - 1)) };
        keep();
      },
      dispose(): void {
        tf.dispose(tensors);
        tensors = {};
      },
    },
  };
}
