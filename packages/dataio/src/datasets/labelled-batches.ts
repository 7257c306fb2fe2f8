import { type BatchSampler, type BuildContext, type DataLoader, InputError, type LabelEncoder } from '@s3/interface';
import type { z } from 'zod';
import { type AudioDataset, type AudioDatasetWiring, type AudioUtterance, audioDataset } from './audio-dataset.ts';
import { dataLoader } from './data-loader.ts';
import { type UtteranceBatch, utteranceBatch } from './utterance-batch.ts';

/** What classification is trained and judged on. */
export interface LabelledUtteranceBatch<Label> extends UtteranceBatch {
  /** (batch,) */
  readonly labels: readonly Label[];
}

/**
 * Utterances as batches with their labels.
 *
 * @param wiring what an `audioDataset` takes, beside `labelOf`, the label (or labels) of an utterance, and `sampler`,
 *   which groups the data set to batches
 * @param data settings of the `audioDataset`
 * @throws InputError as `audioDataset` does
 */
export async function labelledBatches<U extends AudioUtterance, Label>(
  {
    labelOf,
    sampler,
    ...wiring
  }: AudioDatasetWiring<U> & { readonly labelOf: (utterance: U) => Label; readonly sampler: (dataset: AudioDataset<U>) => BatchSampler },
  data?: z.input<typeof audioDataset.config>,
  context?: BuildContext,
): Promise<DataLoader<LabelledUtteranceBatch<Label>>> {
  const dataset = await audioDataset(wiring, data, context);
  return dataLoader({
    dataset,
    sampler: sampler(dataset),
    collate: (items) => ({ ...utteranceBatch(items), labels: items.map(labelOf) }),
  });
}

/**
 * Makes sure that nothing is judged by a label that training lacks: it could never be found, and is most often a misspelling.
 *
 * S3PRL takes the labels of the test tables into its encoder, where they count as errors.
 *
 * @throws InputError with the row of the first such label
 */
export function requireKnownLabels(
  encoder: LabelEncoder<string>,
  utterances: readonly { readonly label: string; readonly where: string }[],
): void {
  const known = new Set(encoder.labels);
  const stranger = utterances.find(({ label }) => !known.has(label));
  if (!stranger) return;
  try {
    encoder.encode(stranger.label);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(stranger.where, `the label ${cause.found}`, cause.expected, cause.remedy, { cause });
  }
}
