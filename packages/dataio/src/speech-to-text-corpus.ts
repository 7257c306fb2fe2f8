import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { type LibriSpeechSource, prepareLibriSpeech } from './prepare-libri-speech.ts';
import { readTable, resolveWavPaths } from './table.ts';
import { testSetTables } from './test-set-tables.ts';
import { transcriptTable } from './transcript-table.ts';

const sets = (defaults: readonly string[]) => z.array(z.string().min(1)).default([...defaults]);
const csv = 'id, wav_path, transcription';

/** Settings that say where transcribed speech comes from: LibriSpeech, or csv files of one's own. */
export const speechToTextCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of LibriSpeech; or give train and tests'),
  trainSets: sets(['train-clean-100']).describe('sets of LibriSpeech to train on'),
  validSets: sets(['dev-clean']).describe('sets of LibriSpeech that choose the checkpoint'),
  testSets: sets(['test-clean']).describe('sets of LibriSpeech to test, each on its own'),
  train: z.string().min(1).optional().describe(`csv file of training utterances: ${csv}`),
  valid: z.string().min(1).optional().describe(`csv file of utterances that choose the checkpoint: ${csv}`),
  tests: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(`csv files of test utterances, separated by commas: ${csv}`),
});

/**
 * Tables of transcribed utterances, read and checked; each test set has the name of its csv file, or of its set in LibriSpeech.
 *
 * @throws InputError when it is not said where the speech is, and as `prepareLibriSpeech`, `readTable` and `transcriptTable` do
 */
export async function prepareSpeechToText(
  { root, train, valid, tests, ...libriSpeech }: z.output<typeof speechToTextCorpus>,
  context: Pick<LibriSpeechSource, 'onProgress'> = {},
): Promise<Corpus> {
  const given = Object.entries({ train, valid, tests }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (root !== undefined) {
    if (given.length > 0) {
      throw new InputError('corpus.root', `${given.join(' and ')} beside it`, 'root alone, or csv files alone', 'Leave one of them out.');
    }
    return prepareLibriSpeech({ root, ...libriSpeech, ...(context.onProgress && { onProgress: context.onProgress }) });
  }
  if (train === undefined || tests === undefined) {
    throw new InputError(
      'corpus',
      given.length > 0 ? `only ${given.join(' and ')}` : 'neither root nor train and tests',
      'root (LibriSpeech), or train and tests (csv files)',
      `Name a folder, or the csv files with the columns ${csv}.`,
    );
  }
  return {
    train: await transcripts(train),
    ...(valid === undefined ? {} : { valid: await transcripts(valid) }),
    tests: await testSetTables(tests, transcripts),
  };
}

async function transcripts(path: string): Promise<Table> {
  const table = resolveWavPaths(await readTable(path, { columns: ['id', 'wav_path', 'transcription'] }), path);
  transcriptTable(table);
  return table;
}
