import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { beforeEach, expect, test } from 'vitest';
import { speakerTable, trialTable } from '../tables/speaker-verification-tables.ts';
import { prepareVoxCeleb1 } from './prepare-vox-celeb1.ts';

// two videos whose names differ by case only are two videos
const devFiles = ['id10002/aBc-_1/00001.wav', 'id10002/ABC-_1/00001.wav', 'id10001/zz/00002.wav', 'id11251/yy/00001.wav'];
const testFiles = ['id10270/x6uYqmx31kE/00001.wav', 'id10270/5r0dWxy17C8/00001.wav', 'id10309/0cYFdtyWVds/00003.wav'];
const split = [...devFiles.map((file, index) => `${(index % 3) + 1} ${file}`), ...testFiles.map((file) => `1 ${file}`)];
const trials = [`1 ${testFiles[0]} ${testFiles[1]}`, `0 ${testFiles[0]} ${testFiles[2]}`];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 's3-voxceleb-'));
  await put('iden_split.txt', split.join('\n'));
  await put('voxceleb1_test_v2.txt', `${trials.join('\n')}\n`);
  for (const file of devFiles) await put(join('dev/wav', file));
  for (const file of testFiles) await put(join('test/wav', file));
});

async function put(file: string, content = ''): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), content);
}

const trainingRows = (folder: string) => [
  { id: 'id10001-zz-00002.wav', wav_path: join(root, folder, devFiles[2]!), spk: 'id10001' },
  { id: 'id10002-ABC-_1-00001.wav', wav_path: join(root, folder, devFiles[1]!), spk: 'id10002' },
  { id: 'id10002-aBc-_1-00001.wav', wav_path: join(root, folder, devFiles[0]!), spk: 'id10002' },
  { id: 'id11251-yy-00001.wav', wav_path: join(root, folder, devFiles[3]!), spk: 'id11251' },
];
const trialRows = (folder: string) => [
  {
    id1: 'id10270-x6uYqmx31kE-00001.wav',
    id2: 'id10270-5r0dWxy17C8-00001.wav',
    wav_path1: join(root, folder, testFiles[0]!),
    wav_path2: join(root, folder, testFiles[1]!),
    label: '1',
  },
  {
    id1: 'id10270-x6uYqmx31kE-00001.wav',
    id2: 'id10309-0cYFdtyWVds-00003.wav',
    wav_path1: join(root, folder, testFiles[0]!),
    wav_path2: join(root, folder, testFiles[2]!),
    label: '0',
  },
];

test('reads the official layout: usages 1, 2 and 3 train, speakers id10270 to id10309 test', async () => {
  const progress: [string, number, number][] = [];
  const corpus = await prepareVoxCeleb1({ root, onProgress: (...step) => void progress.push(step) });
  expect(corpus).toEqual({ train: trainingRows('dev/wav'), tests: { test_trial: trialRows('test/wav') } });
  expect(progress.at(-1)).toEqual(['finding the audio of VoxCeleb1', 5, 5]);
  expect(speakerTable(corpus.train)).toHaveLength(4);
  expect(trialTable(corpus.tests['test_trial']!).utterances).toHaveLength(3);
});

test('reads one wav folder for both, Windows line ends, other folders beside and lists of the cache', async () => {
  await mkdir(join(root, 'wav'));
  for (const part of ['dev', 'test']) {
    for (const speaker of ['id10001', 'id10002', 'id11251', 'id10270', 'id10309']) {
      await rename(join(root, part, 'wav', speaker), join(root, 'wav', speaker)).catch(() => undefined);
    }
  }
  await put('wav/@eaDir/id10001/zz/00002.wav');
  await put('wav/id10001/zz/._00002.wav');
  await put('wav/id10001/notes.txt');
  await put('txt/id10001/zz/00002.txt');
  await put('cache/iden_split.txt', `\uFEFF${split.join('\r\n')}\r\n\r\n`);
  await rm(join(root, 'iden_split.txt'));
  await put('voxceleb1_test_v2.txt', trials.join('\r\n'));
  expect(await prepareVoxCeleb1({ root, cacheDir: join(root, 'cache') })).toEqual({
    train: trainingRows('wav'),
    tests: { test_trial: trialRows('wav') },
  });
});

test('finds what differs by case only, unless two files do', async () => {
  await rename(join(root, 'dev'), join(root, 'Dev'));
  await rename(join(root, 'Dev/wav/id10001'), join(root, 'Dev/wav/ID10001'));
  await rename(join(root, 'Dev/wav/ID10001/zz/00002.wav'), join(root, 'Dev/wav/ID10001/zz/00002.WAV'));
  await rename(join(root, 'iden_split.txt'), join(root, 'Iden_Split.TXT'));
  const { train } = await prepareVoxCeleb1({ root });
  expect(train[0]).toEqual({ id: 'id10001-zz-00002.wav', wav_path: join(root, 'Dev/wav/ID10001/zz/00002.WAV'), spk: 'id10001' });

  // aBc and ABC are both like abc: neither may stand in for it
  await put('Iden_Split.TXT', [...split, '1 id10002/abc-_1/00001.wav'].join('\n'));
  await expect(prepareVoxCeleb1({ root })).rejects.toThrow(/found 1 of 8 audio files missing: id10002\/abc-_1\/00001\.wav;/);
});

test('prefers the cleaned trial list and names the first edition apart', async () => {
  await put('veri_test.txt', `${trials.join('\n')}\n1 ${testFiles[2]} ${testFiles[2]}\n`);
  await put('meta/veri_test2.txt', trials.join('\n'));
  expect(Object.keys((await prepareVoxCeleb1({ root })).tests)).toEqual(['test_trial']);
  await rm(join(root, 'voxceleb1_test_v2.txt'));
  expect((await prepareVoxCeleb1({ root })).tests['test_trial']).toHaveLength(2);
  await rm(join(root, 'meta/veri_test2.txt'));
  expect((await prepareVoxCeleb1({ root })).tests['veri_test']).toHaveLength(3);
});

test('says which list is missing, where it is published and where to put it', async () => {
  await rm(join(root, 'voxceleb1_test_v2.txt'));
  const preparing = prepareVoxCeleb1({ root, cacheDir: join(root, 'cache') });
  await expect(preparing).rejects.toThrow(InputError);
  await expect(preparing).rejects.toThrow(
    /no voxceleb1_test_v2\.txt or veri_test2\.txt.*VoxCeleb page of the Visual Geometry Group.*veri_test2\.txt, and put it into/,
  );
  await rm(join(root, 'iden_split.txt'));
  await expect(prepareVoxCeleb1({ root })).rejects.toThrow(/no iden_split\.txt.*put it into/);
});

test('lists the first ten missing audio files and their number', async () => {
  const gone = Array.from({ length: 12 }, (_, index) => `id10003/v/000${10 + index}.wav`);
  await put('iden_split.txt', [...split, ...gone.map((file) => `1 ${file}`)].join('\n'));
  await rm(join(root, 'test/wav', testFiles[2]!));
  const preparing = prepareVoxCeleb1({ root });
  await expect(preparing).rejects.toThrow(`13 of 19 audio files missing: ${gone.slice(0, 10).join(', ')}, ...`);
});

test.each([
  ['iden_split.txt', `${split[0]}\n4 id10001/zz/00002.wav`, /iden_split\.txt, row 2: found '4 id10001\/zz\/00002\.wav'/],
  ['iden_split.txt', `${split[0]}\n\n1 zz/00002.wav`, /row 3: found '1 zz/],
  ['iden_split.txt', '<html>', /row 1: found '<html>'/],
  ['iden_split.txt', '', /no training utterance/],
  ['voxceleb1_test_v2.txt', `${trials[0]}\n2 ${testFiles[0]} ${testFiles[1]}`, /voxceleb1_test_v2\.txt, row 2: found '2 id10270/],
  ['voxceleb1_test_v2.txt', `1 ${testFiles[0]}`, /row 1: found/],
  ['voxceleb1_test_v2.txt', '\n', /no trials/],
])('refuses a line that is none of %s', async (name, content, message) => {
  await put(name, content);
  await expect(prepareVoxCeleb1({ root })).rejects.toThrow(message);
});

test('says what is there instead of the corpus', async () => {
  await rm(join(root, 'dev'), { recursive: true });
  await rm(join(root, 'test'), { recursive: true });
  await expect(prepareVoxCeleb1({ root })).rejects.toThrow(/no audio of VoxCeleb1 \(there are iden_split\.txt, voxceleb1_test_v2\.txt\)/);
});
