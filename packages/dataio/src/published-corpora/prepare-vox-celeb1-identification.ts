import { type Corpus, InputError, type Table } from '@s3/interface';
import { locateVoxCeleb1, readVoxCeleb1Split, type VoxCeleb1Source } from './vox-celeb1-files.ts';

/**
 * VoxCeleb1 for speaker identification: all 1,251 speakers in train, valid and test, by the official split of utterances.
 *
 * `label` is the corpus's own name of the speaker, where S3PRL numbers them (`speaker_0` is `id10001`).
 *
 * Nagrani et al., "VoxCeleb: a large-scale speaker identification dataset", 2017.
 *
 * @throws InputError for a list that is not there, with where it is published; for a line that is none of
 *   it, with its row; for a split that has no utterance; for audio that is not there, with the first ten files
 */
export async function prepareVoxCeleb1Identification(source: VoxCeleb1Source): Promise<Corpus> {
  const split = await readVoxCeleb1Split(source);
  const usages = new Map(split.files.map(({ file, usage }) => [file, usage]));
  const paths = await locateVoxCeleb1(source, [...usages.keys()]);
  const rows = (wanted: string): Table => {
    const files = [...usages].flatMap(([file, usage]) => (usage === wanted ? [file] : [])).sort();
    if (files.length === 0) throw new InputError(split.path, `no line with usage ${wanted}`, 'usages 1, 2 and 3', 'Get the list anew.');
    return files.map((file) => ({
      id: file.slice(0, -'.wav'.length).replaceAll('/', '-'),
      wav_path: paths.get(file)!,
      label: file.slice(0, 7),
    }));
  };
  return { train: rows('1'), valid: rows('2'), tests: { test: rows('3') } };
}
