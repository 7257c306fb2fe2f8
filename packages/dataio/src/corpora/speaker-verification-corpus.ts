import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { prepareVoxCeleb1 } from '../published-corpora/prepare-vox-celeb1.ts';
import type { VoxCeleb1Source } from '../published-corpora/vox-celeb1-files.ts';
import { speakerTable, trialTable } from '../tables/speaker-verification-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { testSetTables } from '../tables/test-set-tables.ts';

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
  { root, train, valid, tests }: z.output<typeof speakerVerificationCorpus>,
  context: Omit<VoxCeleb1Source, 'root'> = {},
): Promise<Corpus> {
  const setting = root === undefined ? 'corpus' : 'corpus.root';
  const given = Object.entries({ train, valid, tests }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (root !== undefined && given.length > 0) {
    throw new InputError(setting, `${given.join(' and ')} beside it`, 'root alone, or csv files alone', 'Leave one of them out.');
  }
  if (root !== undefined) return prepareVoxCeleb1({ ...context, root });
  if (train === undefined || tests === undefined) {
    const found = given.length > 0 ? `only ${given.join(' and ')}` : 'neither root nor train and tests';
    const remedy = 'Set corpus.root to the folder of VoxCeleb1, or corpus.train and corpus.tests to csv files.';
    throw new InputError(setting, found, 'where the speech is', remedy);
  }
  return {
    train: await utterances(train),
    ...(valid === undefined ? {} : { valid: await trials(valid) }),
    tests: await testSetTables(tests, trials),
  };
}

async function utterances(path: string): Promise<Table> {
  const table = resolveWavPaths(await readTable(path, { columns: ['id', 'wav_path', 'spk'] }), path);
  speakerTable(table);
  return table;
}

async function trials(path: string): Promise<Table> {
  const table = resolveWavPaths(await readTable(path, { columns: ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'] }), path);
  trialTable(table);
  return table;
}
