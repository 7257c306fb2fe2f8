import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeScenes, prepareScenes, sceneCorpus } from '../corpora/scene-corpus.ts';
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { hearTaskFolders, readHearTask } from './hear-task.ts';
import { prepareHearScenes } from './prepare-hear-scenes.ts';

let replica: Awaited<ReturnType<typeof corpusReplica>>;
beforeEach(async () => {
  replica = await corpusReplica('hear');
});

const metadata = { task_name: 'esc50', embedding_type: 'scene', prediction_type: 'multiclass', nfolds: 4, evaluation: ['top1_acc', 'mAP'] };
const vocabulary = (labels: readonly (string | number)[]) => ['idx,label', ...labels.map((label, index) => `${index},${label}`)].join('\n');

/** A task of four folds with two recordings each. */
async function folds({ folder = '', changes = {}, rate = '16000' }: { folder?: string; changes?: object; rate?: string } = {}) {
  await replica.put(join(folder, 'task_metadata.json'), JSON.stringify({ ...metadata, ...changes }));
  await replica.put(join(folder, 'labelvocabulary.csv'), vocabulary(['rain', 'bark', 'siren']));
  for (const fold of [0, 1, 2, 3]) {
    const entries = { [`b${fold}.wav`]: ['bark'], [`a${fold}.wav`]: [fold === 0 ? 'siren' : 'rain'] };
    await replica.put(join(folder, `fold0${fold}.json`), JSON.stringify(entries));
    for (const file of Object.keys(entries)) await replica.put(join(folder, `${rate}/fold0${fold}/${file}`));
  }
}
const rowsOf = (table: readonly { readonly [column: string]: string }[]) => table.map((row) => `${row['id']} ${row['labels']}`);

describe('a task of folds', () => {
  test('tests one, validates on the next and trains on the others', async () => {
    await folds();
    const corpus = await prepareHearScenes({ root: replica.root, testFold: 3 });
    expect(rowsOf(corpus.tests['fold03']!)).toEqual(['b3.wav bark', 'a3.wav rain']);
    expect(rowsOf(corpus.valid!)).toEqual(['b0.wav bark', 'a0.wav siren']);
    expect(rowsOf(corpus.train)).toEqual(['b1.wav bark', 'a1.wav rain', 'b2.wav bark', 'a2.wav rain']);
    expect(corpus.train[0]!['wav_path']).toBe(join(replica.root, '16000/fold01/b1.wav'));
    // the vocabulary has a label that this split does not train
    expect(encodeScenes(corpus, 'multiclass', (await readHearTask(replica.root)).labels)).toEqual(['bark', 'rain', 'siren']);
    expect(() => encodeScenes(corpus, 'multiclass')).toThrow("the label 'siren', which is not known");
  });

  test.each([
    [undefined, 'corpus.testFold: found nothing; expected the fold of'],
    [4, 'corpus.testFold: found 4; expected the fold of'],
  ])('the fold %s is refused', async (testFold, message) => {
    await folds();
    await expect(prepareHearScenes({ root: replica.root, testFold })).rejects.toThrow(message);
  });

  test('a fold that the metadata counts has to be there', async () => {
    await folds({ changes: { nfolds: 5 } });
    await expect(prepareHearScenes({ root: replica.root, testFold: 0 })).rejects.toThrow('found no fold04.json; expected the 5 folds');
  });

  test('is found from above, but not among several', async () => {
    await folds({ folder: 'hear/tasks/esc50' });
    expect((await readHearTask(replica.root)).folder).toBe(join(replica.root, 'hear/tasks/esc50'));
    await folds({ folder: 'hear/tasks/cremad' });
    expect(await hearTaskFolders(replica.root)).toEqual(['cremad', 'esc50'].map((name) => join(replica.root, 'hear/tasks', name)));
    await expect(readHearTask(replica.root)).rejects.toThrow('found 2 HEAR tasks');
  });

  test('audio of another rate is taken where there is none of 16 kHz', async () => {
    await folds({ rate: '48000' });
    await replica.put('8000/readme.txt', '');
    const pathOf = async () => (await prepareHearScenes({ root: replica.root, testFold: 0 })).train[0]!['wav_path'];
    expect(await pathOf()).toBe(join(replica.root, '48000/fold02/b2.wav'));
    // a folder that somebody began to fill is told, not passed over
    await replica.put('16000/fold02/b2.wav');
    await expect(pathOf()).rejects.toThrow('1 of 2 audio files missing: 16000/fold02/a2.wav');
  });
});

describe('a task of one split', () => {
  beforeEach(async () => {
    const changes = { task_name: 'fsd50k', prediction_type: 'multilabel', evaluation: ['mAP'], nfolds: undefined };
    await replica.put('task_metadata.json', JSON.stringify({ ...metadata, ...changes }));
    await replica.put('labelvocabulary.csv', vocabulary(['rain', 'bark', 61]));
    const entries = { 'a.wav': ['rain', 'bark'], 'b.wav': [], 'c.wav': [61] };
    for (const split of ['train', 'valid', 'test']) {
      await replica.put(`${split}.json`, JSON.stringify(entries));
      for (const file of Object.keys(entries)) await replica.put(`16000/${split}/${file}`);
    }
  });

  test('has several labels, one, or none', async () => {
    const corpus = await prepareHearScenes({ root: replica.root });
    expect(rowsOf(corpus.tests['test']!)).toEqual(['a.wav rain ; bark', 'b.wav ', 'c.wav 61']);
    expect(encodeScenes(corpus, 'multilabel')).toEqual(['61', 'bark', 'rain']);
    expect(() => encodeScenes(corpus, 'multiclass')).toThrow('found 2 labels (rain ; bark)');
    expect(await readHearTask(replica.root)).toMatchObject({
      name: 'fsd50k',
      evaluation: ['mAP'],
      labels: ['rain', 'bark', '61'],
      folds: [],
    });
  });

  test('takes no fold', async () => {
    await expect(prepareHearScenes({ root: replica.root, testFold: 0 })).rejects.toThrow('has one split, no folds');
  });

  const bad: [name: string, file: string, content: string, message: string | RegExp][] = [
    [
      'a label outside the vocabulary',
      'valid.json',
      '{"a.wav": ["brak"]}',
      /valid\.json, 'a\.wav': found the label 'brak'; .* such as 'bark'/,
    ],
    ['a label with a semicolon', 'test.json', '{"a.wav": ["a;b"]}', 'labels without semicolons'],
    ['labels that are no list', 'test.json', '{"a.wav": "bark"}', /test\.json, 'a\.wav': found "bark"; expected a list of labels/],
    ['events', 'test.json', '{"a.wav": [{"label": "bark", "start": 0, "end": 1}]}', "test.json, 'a.wav'"],
    ['an empty split', 'train.json', '{}', 'no names of files'],
    ['half a file', 'train.json', '{"a.wav": ["ba', 'expected a JSON file'],
    ['audio that is missing', 'test.json', '{"d.wav": ["bark"]}', '1 of 1 audio files missing: 16000/test/d.wav'],
    ['a gap in the vocabulary', 'labelvocabulary.csv', 'idx,label\n0,rain\n2,bark', "row 3: found the label 'bark' with the index '2'"],
    ['a label twice', 'labelvocabulary.csv', 'idx,label\n0,rain\n1,rain', "the label 'rain' with the index '1'"],
    ['an empty vocabulary', 'labelvocabulary.csv', 'idx,label\n', 'found no labels'],
    ['metadata of another kind', 'task_metadata.json', '{"embedding_type": "scene", "prediction_type": "seld"}', 'prediction_type: '],
    [
      'a task of events',
      'task_metadata.json',
      JSON.stringify({ ...metadata, nfolds: undefined, embedding_type: 'event' }),
      'a task of events',
    ],
  ];
  test.each(bad)('%s is refused', async (_, file, content, message) => {
    await replica.put(file, content);
    await expect(prepareHearScenes({ root: replica.root })).rejects.toThrow(message);
  });

  test('two labels of one recording where the task says one', async () => {
    await replica.put('task_metadata.json', JSON.stringify({ ...metadata, nfolds: undefined }));
    await expect(prepareHearScenes({ root: replica.root })).rejects.toThrow("train.json, 'a.wav': found 2 labels");
  });

  test('a missing split, no audio, no task at all', async () => {
    await rm(join(replica.root, 'valid.json'));
    await expect(prepareHearScenes({ root: replica.root })).rejects.toThrow('valid.json');
    await rm(join(replica.root, '16000'), { recursive: true });
    await expect(prepareHearScenes({ root: replica.root })).rejects.toThrow('no folder of audio (there are labelvocabulary.csv');
    await rm(join(replica.root, 'task_metadata.json'));
    await expect(prepareHearScenes({ root: replica.root })).rejects.toThrow('no task_metadata.json (there are labelvocabulary.csv');
    await expect(prepareHearScenes({ root: join(replica.root, 'nothing') })).rejects.toThrow('no such folder');
  });
});

describe("csv files of one's own", () => {
  const read = (settings: object) => prepareScenes(sceneCorpus.parse(settings));
  const header = 'id,wav_path,labels';

  test('are read and checked', async () => {
    await replica.put('train.csv', `${header}\n1,a.wav,bark; rain\n2,b.wav,\n3,b.wav,rain`);
    await replica.put('easy.csv', `${header}\n1,a.wav,bark`);
    const [train, tests] = ['train.csv', 'easy.csv'].map((name) => join(replica.root, name));
    const corpus = await read({ train, tests });
    expect(corpus.tests['easy']![0]!['wav_path']).toBe(join(replica.root, 'a.wav'));
    expect(encodeScenes(corpus, 'multilabel')).toEqual(['bark', 'rain']);
    expect(() => encodeScenes(corpus, 'multiclass')).toThrow(/row 2: found 2 labels .* set corpus\.predictionType to multilabel/);
    await expect(read({ train, tests, testFold: 0 })).rejects.toThrow('corpus.testFold: found 0');
    await expect(read({ train })).rejects.toThrow('found only train');
    await expect(read({ root: replica.root, train })).rejects.toThrow('root alone');
  });

  test.each(['bark;;rain', 'bark ; bark', ';'])("the labels '%s' are refused", async (labels) => {
    await replica.put('train.csv', `${header}\n1,a.wav,${labels}`);
    const train = join(replica.root, 'train.csv');
    await expect(read({ train, tests: train })).rejects.toThrow(`row 2: found the labels '${labels}'`);
  });
});
