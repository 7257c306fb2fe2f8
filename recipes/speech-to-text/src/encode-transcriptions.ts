import {
  generateVocabulary,
  loadTokenizer,
  readSubwords,
  readVocabulary,
  requireKnownTokens,
  subwordTrainingCommand,
  type TokenizerData,
  type TranscribedUtterance,
  transcriptTable,
} from '@s3/dataio';
import { type Corpus, InputError, type Table } from '@s3/interface';
import type { z } from 'zod';
import type { tokenizerSettings } from './settings.ts';

type TokenizerSettings = z.output<typeof tokenizerSettings>;

/**
 * The tokenizer of a corpus: that of a vocabulary file, or of the training transcriptions.
 *
 * @throws InputError for transcriptions with unknown tokens, if they are to be refused; for subwords without a file; and as
 *   `readVocabulary` and `readSubwords` do
 */
export async function encodeTranscriptions(
  settings: TokenizerSettings,
  corpus: Corpus,
  {
    slots,
    utterancesOf = transcriptTable,
  }: {
    /** names of slots whose marks are tokens, too */
    readonly slots?: readonly string[];
    /** the utterances of a table, with the text that is to be written; by default its transcriptions */
    readonly utterancesOf?: (table: Table, name?: string) => readonly TranscribedUtterance[];
  } = {},
): Promise<{ readonly tokenizer: TokenizerData }> {
  const words = await wordTokenizer(settings, corpus.train);
  const tokenizer = await loadTokenizer(slots ? { ...words, slots } : words);
  if (settings.unknown === 'refuse') {
    const tables = { 'the training set': corpus.train, ...(corpus.valid && { 'the validation set': corpus.valid }), ...corpus.tests };
    for (const [name, table] of Object.entries(tables)) requireKnownTokens(utterancesOf(table, name), tokenizer);
  }
  return { tokenizer: tokenizer.data };
}

async function wordTokenizer({ type, vocabularyFile, size, coverage }: TokenizerSettings, train: Table): Promise<TokenizerData> {
  if (vocabularyFile !== null && (size !== null || coverage !== 1)) {
    const remedy = 'Leave one of them out: a vocabulary that is read is taken whole.';
    throw new InputError('tokenizer.vocabularyFile', `${vocabularyFile} beside size or coverage`, 'either of them', remedy);
  }
  if (type === 'subword') {
    if (vocabularyFile !== null) return readSubwords(vocabularyFile);
    throw new InputError(
      'tokenizer.vocabularyFile',
      'none',
      'a .model file of SentencePiece, or a tokenizer.json, for tokenizer.type subword',
      `It is not trained here; write the transcriptions to a file, one on each line, and train it with: ${subwordTrainingCommand}`,
    );
  }
  if (vocabularyFile !== null) return { type, vocabulary: await readVocabulary(vocabularyFile, type) };
  const texts = transcriptTable(train, 'the training set').map(({ text }) => text);
  return { type, vocabulary: generateVocabulary(type, texts, { size, coverage }) };
}
