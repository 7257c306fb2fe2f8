import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { labelTable } from '../tables/classification-tables.ts';
import { prepareVoxCeleb1Identification } from './prepare-vox-celeb1-identification.ts';

// speakers of the verification test are identified like all others
const split = ['1 id10001/zz/00002.wav', '1 id10270/5r0dWxy17C8/00001.wav', '2 id10001/yy/00001.wav', '3 id10270/x6uYqmx31kE/00001.wav'];

let replica: Awaited<ReturnType<typeof corpusReplica>>;
beforeEach(async () => {
  replica = await corpusReplica('voxceleb-sid');
  await replica.put('iden_split.txt', `${split.join('\r\n')}\r\n`);
  for (const line of split) await replica.put(`${line.includes('id10001') ? 'dev' : 'test'}/wav/${line.slice(2)}`);
  await replica.put('dev/wav/id10001/zz/00099.wav');
});

test('splits every speaker as the list says, with ids of S3PRL', async () => {
  const corpus = await prepareVoxCeleb1Identification({ root: replica.root });
  expect(corpus).toEqual({
    train: [
      { id: 'id10001-zz-00002', wav_path: join(replica.root, 'dev/wav/id10001/zz/00002.wav'), label: 'id10001' },
      { id: 'id10270-5r0dWxy17C8-00001', wav_path: join(replica.root, 'test/wav/id10270/5r0dWxy17C8/00001.wav'), label: 'id10270' },
    ],
    valid: [{ id: 'id10001-yy-00001', wav_path: join(replica.root, 'dev/wav/id10001/yy/00001.wav'), label: 'id10001' }],
    tests: {
      test: [{ id: 'id10270-x6uYqmx31kE-00001', wav_path: join(replica.root, 'test/wav/id10270/x6uYqmx31kE/00001.wav'), label: 'id10270' }],
    },
  });
  expect(labelTable(corpus.train)).toHaveLength(2);
});

test('says what is missing', async () => {
  await rename(join(replica.root, 'dev/wav/id10001/yy'), join(replica.root, 'dev/wav/id10001/gone'));
  await expect(prepareVoxCeleb1Identification({ root: replica.root })).rejects.toThrow('1 of 4 audio files missing: id10001/yy/00001.wav');
  await replica.put('iden_split.txt', split.slice(0, 3).join('\n'));
  await rename(join(replica.root, 'dev/wav/id10001/gone'), join(replica.root, 'dev/wav/id10001/yy'));
  await expect(prepareVoxCeleb1Identification({ root: replica.root })).rejects.toThrow('no line with usage 3');
});

test('takes folders beside, other cases, and a speaker in both halves of the corpus', async () => {
  const expected = await prepareVoxCeleb1Identification({ root: replica.root });
  const at = (path: string) => join(replica.root, path);
  await replica.put('dev/wav/@eaDir/00001.wav');
  await replica.put('dev/wav/id10001/zz/._00002.wav');
  await replica.put('dev/wav/id10001/notes/readme.txt');
  // a copy of what dev has, as some mirrors have it
  await replica.put('test/wav/id10001/zz/00002.wav');
  await rename(at('dev/wav/id10001/yy/00001.wav'), at('dev/wav/id10001/yy/00001.WAV'));
  await rename(at('test/wav/id10270/5r0dWxy17C8'), at('test/wav/id10270/5R0DWXY17C8'));
  const found = await prepareVoxCeleb1Identification({ root: replica.root });
  const idsOf = (corpus: typeof found) => [...corpus.train, ...corpus.valid!, ...corpus.tests['test']!].map(({ id, label }) => [id, label]);
  expect(idsOf(found)).toEqual(idsOf(expected));
  expect(found.train[0]!['wav_path']).toBe(at('dev/wav/id10001/zz/00002.wav'));
  expect(found.valid![0]!['wav_path']).toBe(at('dev/wav/id10001/yy/00001.WAV'));
});

test('takes a line that is there twice once, and refuses one that says two things', async () => {
  const expected = await prepareVoxCeleb1Identification({ root: replica.root });
  await replica.put('iden_split.txt', [...split, split[0]].join('\n'));
  expect(await prepareVoxCeleb1Identification({ root: replica.root })).toEqual(expected);
  await replica.put('iden_split.txt', [...split, split[0]!.replace('1 ', '3 ')].join('\n'));
  await expect(prepareVoxCeleb1Identification({ root: replica.root })).rejects.toThrow(
    /iden_split\.txt, row 5: .*another usage than in row 1/,
  );
});
