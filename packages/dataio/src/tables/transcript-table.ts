import { InputError, type Table } from '@s3/interface';
import type { TextTokenizer } from '../encoders/text-tokenizer.ts';
import { partOf, type UtterancePart } from './utterance-part.ts';
import { cellOf, utteranceRows } from './utterance-rows.ts';

/** An utterance with what is said in it. */
export interface TranscribedUtterance extends UtterancePart {
  readonly text: string;
}

/**
 * Utterances of a table with the columns id, wav_path and transcription, and start_sec and end_sec where only a part is meant; others
 * are ignored. Texts have one space between words, whatever white space the table has there, and none around them.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a duplicate id, an empty cell or times that are none; for a table without rows
 */
export function transcriptTable(table: Table, name = 'the table of transcriptions'): readonly TranscribedUtterance[] {
  return utteranceRows(table, name, (row, where) => ({
    id: cellOf(row, 'id', where).trim(),
    path: cellOf(row, 'wav_path', where),
    // no tokenizer can write white space at the ends or twice: in a reference it would be words that nobody said
    text: spaced(cellOf(row, 'transcription', where, 'Fill the cell, or remove the row if nothing is said in the recording.')),
    where,
    ...partOf(row, where),
  }));
}

const spaced = (text: string): string => text.trim().replace(/\s+/gu, ' ');

/**
 * Makes sure that a tokenizer knows everything that is written in the transcriptions.
 *
 * @throws InputError listing the first ten transcriptions with tokens that it does not know
 */
export function requireKnownTokens(utterances: readonly TranscribedUtterance[], tokenizer: TextTokenizer<{ readonly type: string }>): void {
  const problems = utterances.flatMap(({ where, text }) => {
    const tokens = [...new Set(tokenizer.unknown(text))];
    return tokens.length === 0 ? [] : [`\n  ${where}: ${tokens.map((token) => `'${token}'`).join(', ')}`];
  });
  if (problems.length === 0) return;
  const more = problems.length > 10 ? `\n  and ${problems.length - 10} more` : '';
  throw new InputError(
    `${problems.length} of ${utterances.length} transcriptions`,
    `${tokenizer.data.type}s that are not in the vocabulary${problems.slice(0, 10).join('')}${more}\n`,
    'only those of the vocabulary',
    'Mend the transcriptions, widen the vocabulary, or set the policy for unknown tokens to accept them as <unk>.',
  );
}
