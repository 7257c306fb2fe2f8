import { type Corpus, InputError, type Table } from '@s3/interface';
import {
  badVoxCeleb1Line,
  locateVoxCeleb1,
  readVoxCeleb1List,
  readVoxCeleb1Split,
  type VoxCeleb1List,
  type VoxCeleb1Source,
  voxCeleb1File,
} from './vox-celeb1-files.ts';

/** Names of the trial list without the errors of the first edition: S3PRL's, and that of its publisher. */
const trialLists = ['voxceleb1_test_v2.txt', 'veri_test2.txt'];
const firstTrialList = 'veri_test.txt';

/**
 * VoxCeleb1 for speaker verification, from its official folders and file lists.
 *
 * Training has every utterance of the speakers outside id10270..id10309, those that
 * `iden_split.txt` sets apart for validation too; the trials are of these 40 speakers. The test
 * set is `test_trial`, as in S3PRL; with the trial list of the first edition, whose figures
 * differ, it is `veri_test`.
 *
 * S3PRL downloads the lists and numbers the speakers; here the lists are files that the user
 * puts in place, and `spk` is the corpus's own name of the speaker.
 *
 * Nagrani et al., "VoxCeleb: a large-scale speaker identification dataset", 2017.
 *
 * @throws InputError for a list that is not there, with where it is published; for a line that
 *   is none of its list, with its row; for audio that is not there, with the first ten files
 */
export async function prepareVoxCeleb1(source: VoxCeleb1Source): Promise<Corpus> {
  const split = await readVoxCeleb1Split(source);
  const trials = await readVoxCeleb1List(source, [...trialLists, firstTrialList]);
  const training = [...new Set(split.files.map(({ file }) => file).filter((file) => !isTestSpeaker(file)))];
  if (training.length === 0) throw new InputError(split.path, 'no training utterance', 'the identification split', 'Check the file.');
  const pairs = trialPairs(trials);

  const tested = new Set(pairs.flatMap(({ files }) => files));
  const paths = await locateVoxCeleb1(source, [...training, ...tested]);

  const train = training
    .map((file) => ({ id: utteranceId(file), wav_path: paths.get(file)!, spk: speakerOf(file) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const test: Table = pairs.map(({ files: [first, second], label }) => ({
    id1: utteranceId(first),
    id2: utteranceId(second),
    wav_path1: paths.get(first)!,
    wav_path2: paths.get(second)!,
    label,
  }));
  return { train, tests: { [trials.name === firstTrialList ? 'veri_test' : 'test_trial']: test } };
}

/** The pairs of the lines `label file file`. */
function trialPairs(list: VoxCeleb1List): { readonly label: string; readonly files: readonly [string, string] }[] {
  const pairs = list.lines.map(({ words, row }) => {
    const [label, first, second] = words;
    if (words.length !== 3 || !/^[01]$/.test(label!) || !voxCeleb1File.test(first!) || !voxCeleb1File.test(second!)) {
      throw badVoxCeleb1Line(
        list,
        row,
        words,
        'a label 0 or 1 and two files such as 1 id10270/5r0dWxy17C8/00001.wav id10270/x6uYqmx31kE/00001.wav',
      );
    }
    return { label: label!, files: [first!, second!] as const };
  });
  if (pairs.length === 0) throw new InputError(list.path, 'no trials', 'the list of trials', 'Check the file.');
  return pairs;
}

/** S3PRL's id: the last three parts of the path. */
function utteranceId(file: string): string {
  return file.replaceAll('/', '-');
}

function speakerOf(file: string): string {
  return file.slice(0, 7);
}

/** id10270 to id10309 */
function isTestSpeaker(file: string): boolean {
  const speaker = Number(file.slice(2, 7));
  return speaker >= 10270 && speaker <= 10309;
}
