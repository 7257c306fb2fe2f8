import { InputError, type Table } from '@s3/interface';
import { slotOf, slotText } from '../encoders/slot-tokenizer.ts';
import { rowPlace } from './table-place.ts';
import { type TranscribedUtterance, transcriptTable } from './transcript-table.ts';

/**
 * Utterances of a table with the columns id, wav_path, transcription and iob, a tag for each word; others are ignored.
 *
 * Their texts have marks around the words of slots, as `slotText` writes them.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row where words and tags are not as many, a word looks like the mark of a slot, and as `transcriptTable` does
 */
export function slotTable(table: Table, name = 'the table of slots'): readonly TranscribedUtterance[] {
  const marks = new Set(slotNames([table]).flatMap((slot) => [`B-${slot}`, `E-${slot}`]));
  return transcriptTable(table, name).map((utterance, index) => {
    const row = table[index]!;
    const where = rowPlace(table, index, name);
    if (row['iob'] === undefined) throw new InputError(where, `the columns ${Object.keys(row).join(', ')}`, 'a column iob too', 'Add it.');
    const tags = tagsOf(row);
    const words = utterance.text.trim().split(/\s+/);
    if (words.length !== tags.length) {
      throw new InputError(
        where,
        `${words.length} words in transcription and ${tags.length} tags in iob`,
        'a tag for each word, O where it belongs to no slot',
        'Mend the row.',
      );
    }
    const mark = words.find((word) => marks.has(word));
    if (mark !== undefined) {
      throw new InputError(where, `the word '${mark}'`, 'words that differ from the marks of slots', 'Spell it in another way.');
    }
    return { ...utterance, text: slotText(words, tags) };
  });
}

/** The slots that the tags of some tables name, sorted. */
export function slotNames(tables: readonly Table[]): string[] {
  const names = new Set(tables.flatMap((table) => table.flatMap((row) => tagsOf(row).map(slotOf))));
  return [...names].filter((slot) => slot !== undefined).sort();
}

function tagsOf(row: Table[number]): string[] {
  return (row['iob'] ?? '').split(/\s+/).filter(Boolean);
}
