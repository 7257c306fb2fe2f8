import { basename, extname, join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { readTable } from '../tables/table.ts';
import { copyPlaces } from '../tables/table-place.ts';
import { followNames, namesIn } from './corpus-folder.ts';
import { locateFiles } from './locate-files.ts';

/** Where Fluent Speech Commands is, and who is told of long work. */
export interface FluentSpeechCommandsSource {
  /** folder with `data` and `wavs`, or one that holds `fluent_speech_commands_dataset` */
  readonly root: string;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

/** What a command is made of, in the order of the labels. */
export const fluentSpeechCommandsGroups = ['action', 'object', 'location'] as const;

const columns = ['path', ...fluentSpeechCommandsGroups];

/**
 * Fluent Speech Commands for intent classification, from its official tables: what is to be done, with what, and where.
 *
 * `labels` is `action ; object ; location`, where nothing is said `none`, as the corpus has it.
 *
 * Lugosch et al., "Speech Model Pre-training for End-to-End Spoken Language Understanding", 2019.
 *
 * @throws InputError when a table or audio is missing, and as `readTable` does
 */
export async function prepareFluentSpeechCommands(source: FluentSpeechCommandsSource): Promise<Corpus> {
  const inner = await followNames(source.root, ['fluent_speech_commands_dataset']);
  const root = inner ?? source.root;
  const table = async (name: string): Promise<Table> => {
    const path = await followNames(root, ['data', `${name}_data.csv`]);
    if (path === undefined) {
      const there = (await namesIn(root)).slice(0, 10).join(', ');
      throw new InputError(
        root,
        there ? `no data/${name}_data.csv (there are ${there})` : 'no such folder, or an empty one',
        'the folders data and wavs of Fluent Speech Commands',
        'Unpack the corpus there, or name the folder that holds data and wavs.',
      );
    }
    const rows = await readTable(path, { columns });
    const onProgress = (done: number, total: number) =>
      source.onProgress?.(`finding the ${name} audio of Fluent Speech Commands`, done, total);
    const files = rows.map((row) => row['path']!.replaceAll('\\', '/'));
    const paths = await locateFiles(root, files, onProgress);
    const labelled = rows.map((row, index) => ({
      id: basename(files[index]!, extname(files[index]!)),
      wav_path: join(paths[index]!),
      labels: fluentSpeechCommandsGroups.map((group) => row[group]!.trim()).join(' ; '),
    }));
    copyPlaces(rows, labelled);
    return labelled;
  };
  return { train: await table('train'), valid: await table('valid'), tests: { test: await table('test') } };
}
