import type { Corpus } from '@s3/interface';
import { z } from 'zod';
import { type AudioSnipsSource, prepareAudioSnips } from '../published-corpora/prepare-audio-snips.ts';
import { slotTable } from '../tables/slot-table.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { csvFiles, readCorpus } from './corpus-source.ts';

const speakers = (names: string) => z.array(z.string().min(1)).min(1).default(names.split(' '));
const columns = 'id, wav_path, transcription, iob';

/** Settings that say where speech with slots comes from: Audio SNIPS, or csv files of one's own. */
export const slotFillingCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of Audio SNIPS; or give train and tests'),
  trainSpeakers: speakers('Ivy Joanna Joey Justin Kendra Kimberly Matthew Salli').describe('speakers of Audio SNIPS to train on'),
  validSpeakers: speakers('Aditi Amy Geraint Nicole').describe('speakers of Audio SNIPS that choose the checkpoint'),
  testSpeakers: speakers('Brian Emma Raveena Russell').describe('speakers of Audio SNIPS to test'),
  ...csvFiles(`${columns}, and start_sec, end_sec where a part of a recording is meant`),
});

/**
 * Tables of utterances with a tag for each word, read and checked; each test set has the name of its csv file, that of Audio SNIPS is `test`.
 *
 * @throws InputError when it is not said where the speech is, and as `prepareAudioSnips`, `readTable` and `slotTable` do
 */
export function prepareSlotFilling(
  { root, train, valid, tests, ...audioSnips }: z.output<typeof slotFillingCorpus>,
  { onProgress }: Pick<AudioSnipsSource, 'onProgress'> = {},
): Promise<Corpus> {
  return readCorpus(
    { root, train, valid, tests },
    {
      name: 'Audio SNIPS',
      official: (folder) => prepareAudioSnips({ root: folder, ...audioSnips, ...(onProgress && { onProgress }) }),
      columns,
      async csv(path) {
        const table = resolveWavPaths(await readTable(path, { columns: columns.split(', ') }), path);
        slotTable(table);
        return table;
      },
    },
  );
}
