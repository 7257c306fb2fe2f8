import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Corpus, InputError, randomStream } from '@s3/interface';
import { followNames, namesIn } from './corpus-folder.ts';
import { locateFiles } from './locate-files.ts';

/** Where IEMOCAP is, and which of its five folds is tested. */
export interface IemocapSource {
  /** folder with `Session1` to `Session5`, or one that holds `IEMOCAP_full_release` */
  readonly root: string;
  /** 0 to 4: tested on `Session1` to `Session5` */
  readonly testFold: number;
  /** share of the other sessions' utterances that choose the checkpoint, 0..1 */
  readonly validRatio: number;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

const sessions = [1, 2, 3, 4, 5];
/** The four emotions of SUPERB; excitement counts as happiness. */
const emotions: { readonly [label: string]: string } = { neu: 'neu', hap: 'hap', ang: 'ang', sad: 'sad', exc: 'hap' };

/**
 * IEMOCAP for emotion recognition by the protocol of SUPERB: four emotions, tested on one session, trained and validated on the
 * other four.
 *
 * Which utterances validate is drawn anew for each fold, the same each time; S3PRL draws them with PyTorch's generator
 * from a downloaded list, so they are others here.
 *
 * Busso et al., "IEMOCAP: interactive emotional dyadic motion capture database", 2008.
 *
 * @throws InputError when a session, its evaluations or its audio are missing
 */
export async function prepareIemocap(source: IemocapSource): Promise<Corpus> {
  const root = await findRoot(source.root);
  const tested = await session(root, source.testFold + 1);
  source.onProgress?.('reading the sessions of IEMOCAP', 1, sessions.length);
  const others: Row[] = [];
  let done = 1;
  for (const number of sessions) {
    if (number === source.testFold + 1) continue;
    others.push(...(await session(root, number)));
    source.onProgress?.('reading the sessions of IEMOCAP', ++done, sessions.length);
  }
  const order = randomStream('iemocap validation', source.testFold).permutation(others.length);
  const trained = new Set(order.slice(0, Math.floor((1 - source.validRatio) * others.length)));
  const valid = others.filter((_, index) => !trained.has(index));
  return {
    train: others.filter((_, index) => trained.has(index)),
    ...(valid.length > 0 && { valid }),
    tests: { [`session${source.testFold + 1}`]: tested },
  };
}

type Row = { readonly id: string; readonly wav_path: string; readonly label: string };

/** The utterances of one session that have one of the four emotions, by id. */
async function session(root: string, number: number): Promise<Row[]> {
  const folder = await followNames(root, [`Session${number}`]);
  const evaluations = folder && (await followNames(folder, ['dialog', 'EmoEvaluation']));
  const lists = evaluations ? (await namesIn(evaluations)).filter((name) => /^Ses\d\d[FM]_.+\.txt$/i.test(name)) : [];
  if (folder === undefined || evaluations === undefined || lists.length === 0) {
    throw new InputError(
      join(root, `Session${number}`),
      folder === undefined ? 'no such folder' : 'no dialog/EmoEvaluation with lists such as Ses01F_impro01.txt',
      'the five sessions of IEMOCAP',
      'Unpack the corpus there, or name the folder that holds Session1 to Session5.',
    );
  }
  const labelled: { readonly id: string; readonly label: string; readonly file: string }[] = [];
  for (const list of lists) {
    const text = await readFile(join(evaluations, list), 'utf8');
    // [6.2901 - 8.2357]<tab>Ses01F_impro01_F000<tab>neu<tab>[2.5000, 2.5000, 2.5000]
    for (const [, id, emotion] of text.matchAll(/^\[[^\]]*\]\t(Ses\S+)\t(\w+)\t/gm)) {
      const label = emotions[emotion!];
      if (label !== undefined) labelled.push({ id: id!, label, file: `sentences/wav/${id!.replace(/_[^_]+$/, '')}/${id}.wav` });
    }
  }
  if (labelled.length === 0) {
    throw new InputError(evaluations, 'no utterance with one of the four emotions', 'lines of id and emotion', 'Unpack the corpus anew.');
  }
  const paths = await locateFiles(
    folder,
    labelled.map(({ file }) => file),
  );
  const rows = labelled.map(({ id, label }, index) => ({ id, wav_path: paths[index]!, label }));
  return rows.sort((one, other) => (one.id < other.id ? -1 : 1));
}

async function findRoot(root: string): Promise<string> {
  for (const folder of ['', 'IEMOCAP_full_release', 'IEMOCAP']) {
    const path = folder === '' ? root : await followNames(root, [folder]);
    if (path !== undefined && (await followNames(path, ['Session1'])) !== undefined) return path;
  }
  const there = (await namesIn(root)).slice(0, 10).join(', ');
  throw new InputError(
    root,
    there ? `no Session1 (there are ${there})` : 'no such folder, or an empty one',
    'the folders Session1 to Session5 of IEMOCAP',
    'Unpack the corpus there, or name the folder that holds the sessions.',
  );
}
