import type { Corpus, Table } from '@s3/interface';
import { z } from 'zod';
import { prepareVoxCeleb1 } from '../published-corpora/prepare-vox-celeb1.ts';
import type { VoxCeleb1Source } from '../published-corpora/vox-celeb1-files.ts';
import { speakerTable, trialTable } from '../tables/speaker-verification-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { readCorpus } from './corpus-source.ts';

const utteranceColumns = ['id', 'wav_path', 'spk'];
const trialColumns = ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'];

/** Settings that say where the speech for speaker verification comes from: VoxCeleb1, or csv files of one's own. */
export const speakerVerificationCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of VoxCeleb1; or give train and tests'),
  train: z
    .string()
    .min(1)
    .optional()
    .describe('csv file of training utterances: id, wav_path, spk, and start_sec, end_sec where a part of a recording is meant'),
  valid: z.string().min(1).optional().describe('csv file of trials that choose the checkpoint: id1, id2, wav_path1, wav_path2, label'),
  tests: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('csv files of test trials, separated by commas: id1, id2, wav_path1, wav_path2, label'),
});

/**
 * Tables of utterances and trials, read and checked: nothing that a later stage could stumble over but the audio itself.
 *
 * Each test set has the name of its csv file.
 *
 * @throws InputError when it is not said where the speech is, and as `prepareVoxCeleb1`, `readTable`, `speakerTable` and `trialTable` do
 */
export async function prepareSpeakerVerification(
  source: z.output<typeof speakerVerificationCorpus>,
  context: Omit<VoxCeleb1Source, 'root'> = {},
): Promise<Corpus> {
  return readCorpus(source, {
    name: 'VoxCeleb1',
    official: (root) => prepareVoxCeleb1({ ...context, root }),
    columns: `${utteranceColumns.join(', ')}, those of trials ${trialColumns.join(', ')}`,
    csv: utterances,
    judged: trials,
  });
}

async function utterances(path: string): Promise<Table> {
  const table = resolveWavPaths(await readTable(path, { columns: utteranceColumns }), path);
  speakerTable(table);
  return table;
}

async function trials(path: string): Promise<Table> {
  const table = resolveWavPaths(await readTable(path, { columns: trialColumns }), path);
  trialTable(table);
  return table;
}
