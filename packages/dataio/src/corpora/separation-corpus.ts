import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { audioInfo } from '../audio/recording-file.ts';
import { prepareLibriMix } from '../published-corpora/prepare-libri-mix.ts';
import { prepareVoiceBank } from '../published-corpora/prepare-voice-bank.ts';
import { judgedTables } from '../tables/judged-tables.ts';
import { separationTable, sourceColumn } from '../tables/separation-table.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { csvFiles, readCorpus } from './corpus-source.ts';

type OnProgress = (label: string, done: number, total: number) => void;

/** Settings that say where mixtures with their sources are: LibriMix, or csv files of one's own. */
export const separationCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of LibriMix with wav16k/min, such as Libri2Mix; or give train and tests'),
  mixture: z
    .enum(['mix_clean', 'mix_both', 'mix_single'])
    .default('mix_clean')
    .describe('mixtures of LibriMix: speech alone, speech and noise, or one speaker and noise'),
  ...csvFiles('id, wav_path of the mixture, wav_path_s1 and wav_path_s2 of its sources'),
});

/** Settings that say where noisy speech with the clean one is: VoiceBank-DEMAND, or csv files of one's own. */
export const enhancementCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of VoiceBank-DEMAND with noisy_trainset_28spk_wav_16k; or give train and tests'),
  ...csvFiles('id, wav_path of the noisy speech, wav_path_clean'),
});

/**
 * Tables of mixtures with their sources, read and checked; each test set has the name of its csv file.
 *
 * @param sources names, such as s1 and s2
 * @throws InputError when it is not said where they are; as `prepareLibriMix`, `readTable` and `separationTable` do; for audio that cannot be read, and
 *   sources of other lengths or sample rates than their mixture's
 */
export async function prepareSeparation(
  corpus: z.output<typeof separationCorpus>,
  sources: readonly string[],
  onProgress?: OnProgress,
): Promise<Corpus> {
  const { mixture, ...source } = corpus;
  return checked(source, 'LibriMix', (root) => prepareLibriMix({ root, sources, mixture }), sources, onProgress);
}

/** Tables of noisy speech with the clean one (`clean`), read and checked; else as `prepareSeparation`. `prepareVoiceBank` reads the official folders. */
export async function prepareEnhancement(corpus: z.output<typeof enhancementCorpus>, onProgress?: OnProgress): Promise<Corpus> {
  return checked(corpus, 'VoiceBank-DEMAND', prepareVoiceBank, ['clean'], onProgress);
}

async function checked(
  source: z.output<typeof enhancementCorpus>,
  name: string,
  official: (root: string) => Promise<Corpus>,
  sources: readonly string[],
  onProgress: OnProgress | undefined,
): Promise<Corpus> {
  const columns = ['id', 'wav_path', ...sources.map(sourceColumn)];
  const corpus = await readCorpus(source, {
    name,
    official,
    columns: columns.join(', '),
    csv: async (path) => {
      const table = resolveWavPaths(await readTable(path, { columns }), path, sources.map(sourceColumn));
      separationTable(table, sources);
      return table;
    },
  });
  const tables = [['train.csv', corpus.train] as const, ...judgedTables(corpus)];
  const total = tables.reduce((rows, [, table]) => rows + table.length, 0);
  let done = 0;
  for (const [file, table] of tables) {
    await refuseUnequal(table, sources, file, () => onProgress?.('looking at mixtures and sources', ++done, total));
  }
  return corpus;
}

/** Rows in an error: more would not be read. */
const mostListed = 10;

async function refuseUnequal(table: Table, sources: readonly string[], name: string, onRow: () => void): Promise<void> {
  const unequal: string[] = [];
  for (const { path, sources: paths, where } of separationTable(table, sources, name)) {
    const [mixture, ...alone] = await Promise.all([path, ...paths].map((file) => infoAt(where, file)));
    alone.forEach(({ sampleRate, samples }, place) => {
      if (sampleRate === mixture!.sampleRate && samples === mixture!.samples) return;
      unequal.push(
        `${where}: ${paths[place]} has ${samples} samples at ${sampleRate} Hz, its mixture ${path} ${mixture!.samples} at ${mixture!.sampleRate} Hz`,
      );
    });
    onRow();
  }
  if (unequal.length === 0) return;
  const more = unequal.length > mostListed ? `\n  and ${unequal.length - mostListed} more` : '';
  throw new InputError(
    `${unequal.length} sources`,
    'other lengths or sample rates than those of their mixtures',
    'sources as they were mixed, sample by sample',
    `Make these files anew, or take their rows out:${unequal
      .slice(0, mostListed)
      .map((text) => `\n  ${text}`)
      .join('')}${more}`,
  );
}

async function infoAt(where: string, path: string) {
  return audioInfo(path).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${where}: ${error.where}`, error.found, error.expected, error.remedy, { cause: error });
  });
}
