import { type Corpus, InputError } from '@s3/interface';
import { categoryEncoder } from './category-encoder.ts';
import { labelTable } from './classification-tables.ts';
import { judgedTables } from './judged-tables.ts';
import { requireKnownLabels } from './labelled-batches.ts';

/**
 * The labels of a corpus with one label per utterance, and how many training utterances each has.
 *
 * @returns `labels` in the order of class ids, `counts` in the same order
 * @throws InputError with the row for a label that is judged but not trained, for training with one label alone, and as `labelTable` does
 */
export function encodeLabels(corpus: Corpus): { readonly labels: readonly string[]; readonly counts: readonly number[] } {
  const trained = labelTable(corpus.train, 'train.csv').map(({ label }) => label);
  const categories = categoryEncoder(trained);
  if (categories.size < 2) {
    throw new InputError(
      'train.csv',
      `one label, '${categories.labels[0]}'`,
      'at least two to tell apart',
      'Add utterances of another label to training.',
    );
  }
  for (const [file, table] of judgedTables(corpus)) requireKnownLabels(categories, labelTable(table, file));
  const counted = new Map<string, number>();
  for (const label of trained) counted.set(label, (counted.get(label) ?? 0) + 1);
  return { labels: categories.labels, counts: categories.labels.map((label) => counted.get(label)!) };
}
