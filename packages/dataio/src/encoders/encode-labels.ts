import { type Corpus, InputError, type Table } from '@s3/interface';
import { requireKnownLabels } from '../datasets/labelled-batches.ts';
import { labelTable } from '../tables/classification-tables.ts';
import { judgedTables } from '../tables/judged-tables.ts';
import { speakerTable } from '../tables/speaker-verification-tables.ts';
import { tablePlace } from '../tables/table-place.ts';
import { categoryEncoder } from './category-encoder.ts';

/**
 * The labels of a corpus with one label per utterance, and how many training utterances each has.
 *
 * @returns `labels` in the order of class ids, `counts` in the same order
 * @throws InputError with the row for a label that is judged but not trained, for training with one label alone, and as `labelTable` does
 */
export function encodeLabels(corpus: Corpus): { readonly labels: readonly string[]; readonly counts: readonly number[] } {
  const trained = labelTable(corpus.train, 'train.csv').map(({ label }) => label);
  const categories = categoryEncoder(trained);
  requireTwo('label', categories.labels, tablePlace(corpus.train, 'train.csv'));
  for (const [file, table] of judgedTables(corpus)) requireKnownLabels(categories, labelTable(table, file));
  const counted = new Map<string, number>();
  for (const label of trained) counted.set(label, (counted.get(label) ?? 0) + 1);
  return { labels: categories.labels, counts: categories.labels.map((label) => counted.get(label)!) };
}

/**
 * The speakers of a training table, sorted.
 *
 * S3PRL and ESPnet train on one speaker too, which teaches nothing.
 *
 * @throws InputError for training with one speaker alone, and as `speakerTable` does
 */
export function encodeSpeakers(train: Table): readonly string[] {
  const { labels } = categoryEncoder(speakerTable(train, 'train.csv').map(({ speaker }) => speaker));
  requireTwo('speaker', labels, tablePlace(train, 'train.csv'));
  return labels;
}

function requireTwo(what: 'label' | 'speaker', labels: readonly string[], where: string): void {
  if (labels.length >= 2) return;
  const remedy = `Add utterances of another ${what} to training.`;
  throw new InputError(where, `one ${what}, '${labels[0]}'`, 'at least two to tell apart', remedy);
}
