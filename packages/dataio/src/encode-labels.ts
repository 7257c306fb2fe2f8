import type { Corpus } from '@s3/interface';
import { categoryEncoder } from './category-encoder.ts';
import { labelTable } from './classification-tables.ts';
import { requireKnownLabels } from './labelled-batches.ts';

/**
 * The labels of a corpus with one label per utterance, and how many training utterances each has.
 *
 * @returns `labels` in the order of class ids, `counts` in the same order
 * @throws InputError with the row for a label that is judged but not trained, and as `labelTable` does
 */
export function encodeLabels({ train, valid, tests }: Corpus): { readonly labels: readonly string[]; readonly counts: readonly number[] } {
  const trained = labelTable(train).map(({ label }) => label);
  const categories = categoryEncoder(trained);
  for (const table of [...(valid ? [valid] : []), ...Object.values(tests)]) requireKnownLabels(categories, labelTable(table));
  const counted = new Map<string, number>();
  for (const label of trained) counted.set(label, (counted.get(label) ?? 0) + 1);
  return { labels: categories.labels, counts: categories.labels.map((label) => counted.get(label)!) };
}
