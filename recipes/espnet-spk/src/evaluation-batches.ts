import { type AudioUtterance, audioDataset, dataLoader, sortedBucketingSampler, utteranceBatch } from '@s3/dataio';
import { type BuildContext, type DataLoader, InputError, settingPath } from '@s3/interface';
import { evaluationSegments, type UtteranceBatch } from '@s3/task-asv';
import { z } from 'zod';

export const evaluationSettings = z.strictObject({
  segments: z.int().positive().nullable().default(10).describe('pieces of each utterance that are embedded; null embeds it whole'),
  segmentSeconds: z.number().positive().default(3).describe('length of a piece in seconds; shorter utterances are repeated'),
  batchSize: z
    .int()
    .positive()
    .default(8)
    .describe('utterances embedded together; those embedded whole are padded to the longest of their batch'),
});

export interface EvaluationContext extends BuildContext {
  readonly workers?: number;
  readonly cacheDir?: string;
  readonly onProgress?: (label: string, done: number, total: number) => void;
  /** samples that the model needs at least */
  readonly minSamples?: number | undefined;
  /** Hz that the model expects; 16000 unless given */
  readonly modelRate?: number;
}

/**
 * Utterances to embed, each once: whole, those of like length together, or as pieces of one length.
 *
 * @returns their batches, and the length of each
 * @throws InputError as `audioDataset`, and for pieces shorter than the model's reach
 */
export async function evaluationBatches(
  utterances: readonly AudioUtterance[],
  settings: z.output<typeof evaluationSettings>,
  context: EvaluationContext,
): Promise<{ readonly batches: DataLoader<UtteranceBatch>; readonly seconds: ReadonlyMap<string, number> }> {
  const { minSamples = 1, modelRate, ...wiring } = context;
  const { segments, segmentSeconds, batchSize } = settings;
  const dataset = await audioDataset(
    { ...wiring, utterances, minSamples: segments === null ? minSamples : 1 },
    modelRate === undefined ? {} : { sampleRate: modelRate },
    context,
  );
  const samples = Math.round(segmentSeconds * dataset.sampleRate);
  if (segments !== null && samples < minSamples) {
    const expected = `at least ${(minSamples / dataset.sampleRate).toFixed(3)} s, the model's reach`;
    throw new InputError(settingPath(settings, 'segmentSeconds'), `${segmentSeconds} s`, expected, 'Make the pieces longer.');
  }
  const batches = dataLoader({
    dataset,
    sampler: sortedBucketingSampler(dataset, { batchSize, maxLength: Number.MAX_SAFE_INTEGER }),
    collate: (items): UtteranceBatch => {
      if (segments === null) return utteranceBatch(items);
      return utteranceBatch(
        items.flatMap(({ id, waveform }) => evaluationSegments(waveform, { segments, samples }).map((piece) => ({ id, waveform: piece }))),
      );
    },
  });
  const seconds = new Map(dataset.utterances.map(({ id }, index) => [id, dataset.lengths[index]! / dataset.sampleRate]));
  return { batches, seconds };
}
