import {
  type BatchSampler,
  type BuildContext,
  type DataLoader,
  type Dataset,
  defineComponent,
  InputError,
  settingsLike,
  type Waveforms,
} from '@s3/interface';
import type { z } from 'zod';
import type { MixedUtterance } from '../tables/separation-table.ts';
import { type AudioDatasetWiring, type AudioUtterance, audioDataset } from './audio-dataset.ts';
import { dataLoader } from './data-loader.ts';
import { utteranceBatch } from './utterance-batch.ts';

/** A mixture with its sources. */
export interface MixedItem {
  readonly id: string;
  /** (samples,) of the mixture */
  readonly waveform: Float32Array;
  /** (samples,) each */
  readonly sources: readonly Float32Array[];
}

/** Mixtures joined to a batch. */
export interface MixedBatch {
  readonly waveforms: Waveforms;
  /** (batch,) ids */
  readonly utterances: readonly string[];
  /** (batch, sources, samples) */
  readonly sources: readonly (readonly Float32Array[])[];
}

/** Mixtures with what they were mixed of. */
export interface SeparationDataset extends Dataset<MixedItem> {
  /** samples of each mixture, by index */
  readonly lengths: readonly number[];
  /** Hz */
  readonly sampleRate: number;
  /** threads that read */
  readonly workers: number;
}

/** What a `separationDataset` is made of. */
export interface SeparationDatasetWiring
  extends Pick<AudioDatasetWiring<AudioUtterance>, 'workers' | 'onProgress' | 'workerFile' | 'modelRate' | 'minSamples'> {
  readonly mixtures: readonly MixedUtterance[];
}

/**
 * Mixtures with what they were mixed of, whole or cropped, all at the same place.
 *
 * @throws InputError as `audioDataset`; for a source of another length than its mixture's
 */
export const separationDataset = defineComponent({
  name: 'separationDataset',
  config: audioDataset.config.pick({ sampleRate: true, minSeconds: true, maxSeconds: true }),
  async build(
    { mixtures, ...reading }: SeparationDatasetWiring,
    config: z.output<z.ZodObject<Pick<typeof audioDataset.config.shape, 'sampleRate' | 'minSeconds' | 'maxSeconds'>>>,
    context: BuildContext,
  ): Promise<SeparationDataset> {
    // crops depend on seed, epoch and index alone, so those of signals of one length are the same
    const read = (path: (mixture: MixedUtterance) => string) => {
      const utterances = mixtures.map((mixture) => ({ id: mixture.id, where: mixture.where, path: path(mixture) }));
      return audioDataset({ ...reading, utterances }, settingsLike(config, { ...config }), context);
    };
    const mixed = await read(({ path }) => path);
    const alone: (typeof mixed)[] = [];
    for (const source of (mixtures[0]?.sources ?? []).keys()) alone.push(await read(({ sources }) => sources[source]!));
    for (const source of alone) {
      const other = mixed.utterances.findIndex(
        ({ id }, index) => source.utterances[index]?.id !== id || source.lengths[index] !== mixed.lengths[index],
      );
      if (other < 0 && source.length === mixed.length) continue;
      const { where, path } = mixed.utterances[other]!;
      throw new InputError(
        where ?? path,
        'a source of another length than its mixture',
        'sources as they were mixed',
        'Prepare the corpus again.',
      );
    }
    return {
      length: mixed.length,
      lengths: mixed.lengths,
      sampleRate: mixed.sampleRate,
      varies: mixed.varies,
      workers: mixed.workers,
      async load(indices, epoch) {
        const [items, ...sources] = await Promise.all([mixed, ...alone].map((dataset) => dataset.load(indices, epoch)));
        return items!.map(({ id, waveform }, place) => ({ id, waveform, sources: sources.map((own) => own[place]!.waveform) }));
      },
    };
  },
});

/** Joins mixtures to one batch: zero-padded waveforms, and the sources as they are. */
export function mixedBatch(items: readonly MixedItem[]): MixedBatch {
  return { ...utteranceBatch(items), sources: items.map(({ sources }) => sources) };
}

/**
 * Mixtures as batches with their sources.
 *
 * @param wiring what a `separationDataset` takes, beside `sampler`, which groups the data set to batches
 * @param data settings of the `separationDataset`
 * @throws InputError as `separationDataset` does
 */
export async function mixedBatches(
  { sampler, ...wiring }: SeparationDatasetWiring & { readonly sampler: (dataset: SeparationDataset) => BatchSampler },
  data?: z.input<typeof separationDataset.config>,
  context?: BuildContext,
): Promise<DataLoader<MixedBatch>> {
  const dataset = await separationDataset(wiring, data, context);
  return dataLoader({ dataset, sampler: sampler(dataset), collate: mixedBatch });
}
