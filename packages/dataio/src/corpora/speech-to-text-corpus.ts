import type { Corpus } from '@s3/interface';
import { z } from 'zod';
import { type LibriSpeechSource, prepareLibriSpeech } from '../published-corpora/prepare-libri-speech.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { transcriptTable } from '../tables/transcript-table.ts';
import { csvFiles, readCorpus } from './corpus-source.ts';

const sets = (defaults: readonly string[]) => z.array(z.string().min(1)).default([...defaults]);
const columns = 'id, wav_path, transcription';

/** Settings that say where transcribed speech comes from: LibriSpeech, or csv files of one's own. */
export const speechToTextCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of LibriSpeech; or give train and tests'),
  trainSets: sets(['train-clean-100']).describe('sets of LibriSpeech to train on'),
  validSets: sets(['dev-clean']).describe('sets of LibriSpeech that choose the checkpoint'),
  testSets: sets(['test-clean']).describe('sets of LibriSpeech to test, each on its own'),
  ...csvFiles(`${columns}, and start_sec, end_sec where a part of a recording is meant`),
});

/**
 * Tables of transcribed utterances, read and checked; each test set has the name of its csv file, or of its set in LibriSpeech.
 *
 * @throws InputError when it is not said where the speech is, and as `prepareLibriSpeech`, `readTable` and `transcriptTable` do
 */
export function prepareSpeechToText(
  { root, train, valid, tests, ...libriSpeech }: z.output<typeof speechToTextCorpus>,
  { onProgress }: Pick<LibriSpeechSource, 'onProgress'> = {},
): Promise<Corpus> {
  return readCorpus(
    { root, train, valid, tests },
    {
      name: 'LibriSpeech',
      official: (folder) => prepareLibriSpeech({ root: folder, ...libriSpeech, ...(onProgress && { onProgress }) }),
      columns,
      async csv(path) {
        const table = resolveWavPaths(await readTable(path, { columns: columns.split(', ') }), path);
        transcriptTable(table);
        return table;
      },
    },
  );
}
