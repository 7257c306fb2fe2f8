import { InputError, type Table } from '@s3/interface';
import { copyPlaces, rowPlace } from '../tables/table-place.ts';
import { readTextFile } from '../tables/text-file.ts';
import { stripText } from './text-vocabulary.ts';

/** Word in upper case to its phones. */
export type Lexicon = ReadonlyMap<string, readonly string[]>;

/**
 * Pronunciations from files with a word and its phones on each line, as LibriSpeech publishes them: `HELLO HH AH0 L OW1`.
 *
 * Of several pronunciations the first counts, that of the first file.
 *
 * @throws InputError for a file that cannot be read, or a line without phones, with its row
 */
export async function readLexicon(paths: readonly string[]): Promise<Lexicon> {
  const lexicon = new Map<string, readonly string[]>();
  for (const path of paths) {
    (await readTextFile(path, 'a lexicon')).split(/\r?\n/).forEach((line, index) => {
      const [word, ...phones] = line.split(/\s+/).filter(Boolean);
      if (word === undefined) return;
      if (phones.length === 0) {
        throw new InputError(
          `${path}, row ${index + 1}`,
          `'${word}' alone`,
          'a word and its phones, such as HELLO HH AH0 L OW1',
          'Mend the line.',
        );
      }
      const key = word.toUpperCase();
      if (!lexicon.has(key)) lexicon.set(key, phones);
    });
  }
  return lexicon;
}

/**
 * The table with phones instead of words in the column `transcription`, a space between them.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError listing every word that the lexicon lacks, with the row that has it first
 */
export function phoneticTable(table: Table, lexicon: Lexicon, name = 'the table of transcriptions'): Table {
  const missing = new Map<string, string>();
  const phonetic = table.map((row, index) => {
    const words = stripText(row['transcription'] ?? '')
      .toUpperCase()
      .split(/\s+/)
      .filter(Boolean);
    for (const word of words) if (!lexicon.has(word) && !missing.has(word)) missing.set(word, rowPlace(table, index, name));
    return { ...row, transcription: words.flatMap((word) => lexicon.get(word) ?? []).join(' ') };
  });
  if (missing.size > 0) {
    throw new InputError(
      name,
      `${missing.size} words that the lexicon lacks:${[...missing].map(([word, where]) => `\n  ${word} (${where})`).join('')}\n`,
      'a pronunciation for every word',
      'Add a lexicon with these words, or mend the transcriptions.',
    );
  }
  copyPlaces(table, phonetic);
  return phonetic;
}
