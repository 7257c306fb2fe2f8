import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { expect, test } from 'vitest';
import { corpusReplica, silentWave } from '../fixtures/corpus-replica.ts';
import { waveFile } from '../fixtures/wave-file.ts';
import { separationTable } from '../tables/separation-table.ts';
import { enhancementCorpus, prepareEnhancement, prepareSeparation, separationCorpus } from './separation-corpus.ts';

const both = ['s1', 's2'];
const separation = (given: object) => prepareSeparation(separationCorpus.parse(given), both);
const enhancement = (given: object) => prepareEnhancement(enhancementCorpus.parse(given));

async function libriMix() {
  const { root, put } = await corpusReplica('libri-mix');
  for (const set of ['train-100', 'dev', 'test']) {
    for (const folder of ['mix_clean', 'mix_both', 's1', 's2']) {
      for (const name of ['7-1_8-2', '9-1_3-2']) await put(`wav16k/min/${set}/${folder}/${name}.wav`, silentWave(30));
    }
  }
  return { root, put };
}

test('reads LibriMix, from its folder or from inside it', async () => {
  const { root } = await libriMix();
  const { train, valid, tests } = await separation({ root });
  const folder = join(root, 'wav16k', 'min');
  expect(train).toEqual(
    ['7-1_8-2', '9-1_3-2'].map((id) => ({
      id,
      wav_path: join(folder, 'train-100', 'mix_clean', `${id}.wav`),
      wav_path_s1: join(folder, 'train-100', 's1', `${id}.wav`),
      wav_path_s2: join(folder, 'train-100', 's2', `${id}.wav`),
    })),
  );
  expect([valid!.length, tests['test']!.length]).toEqual([2, 2]);
  expect(await separation({ root: folder })).toEqual({ train, valid, tests });
  expect((await separation({ root, mixture: 'mix_both' })).train[0]!['wav_path']).toContain('mix_both');
});

test('names what LibriMix lacks', async () => {
  const { root, put } = await libriMix();
  await put('wav16k/min/dev/mix_clean/lonely.wav', silentWave(30));
  await expect(separation({ root })).rejects.toThrow(
    /dev.s1: found 1 of 3 files missing: lonely.wav; expected a file for each one of .*mix_clean/,
  );
  await expect(separation({ root, mixture: 'mix_single' })).rejects.toThrow(
    /min: found no folder train-100\/mix_single with audio \(there are dev/,
  );
  await expect(separation({ root: join(root, 'none') })).rejects.toThrow('no such folder, or an empty one');
});

test('refuses sources of another length or rate than their mixture', async () => {
  const { root, put } = await libriMix();
  await put('wav16k/min/dev/s2/7-1_8-2.wav', silentWave(29));
  await put('wav16k/min/test/s1/9-1_3-2.wav', waveFile({ data: new Uint8Array(60), sampleRate: 8000 }));
  const message = await separation({ root }).then(String, String);
  expect(message).toMatch(/valid.csv, row 2: .*7-1_8-2.wav has 29 samples at 16000 Hz, its mixture .*7-1_8-2.wav 30 at 16000 Hz/);
  await put('wav16k/min/dev/s2/7-1_8-2.wav', silentWave(30));
  await expect(separation({ root })).rejects.toThrow(/test.csv, row 3: .*s1.9-1_3-2.wav has 30 samples at 8000 Hz/);
});

test('reads csv files with paths of their own folder', async () => {
  const { root, put } = await corpusReplica('separation');
  for (const name of ['m', 'a', 'b']) await put(`${name}.wav`, silentWave(30));
  await put('train.csv', 'id,wav_path,wav_path_s1,wav_path_s2\nx,m.wav,a.wav,b.wav\n');
  const given = { train: join(root, 'train.csv'), tests: join(root, 'train.csv') };
  expect(separationTable((await separation(given)).train, both)).toEqual([
    { id: 'x', path: join(root, 'm.wav'), sources: [join(root, 'a.wav'), join(root, 'b.wav')], where: `${given.train}, row 2` },
  ]);
  const refused = async (csv: string, message: string | RegExp) => {
    await put('train.csv', csv);
    const attempt = separation(given);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(InputError);
  };
  await refused('id,wav_path,wav_path_s1\nx,m.wav,a.wav\n', 'a column wav_path_s2 too');
  await refused('id,wav_path,wav_path_s1,wav_path_s2\nx,m.wav,a.wav,\n', 'row 2: found an empty wav_path_s2');
  await refused('id,wav_path,wav_path_s1,wav_path_s2\nx,m.wav,a.wav,a.wav\n', 'a.wav more than once');
  await refused('id,wav_path,wav_path_s1,wav_path_s2\nx,m.wav,a.wav,c.wav\n', /row 2: .*c.wav: found no such file/);
  await refused('id,wav_path,wav_path_s1,wav_path_s2\n', 'at least one row');
});

test('reads VoiceBank-DEMAND, two of its speakers to validate on', async () => {
  const { root, put } = await corpusReplica('voice-bank');
  for (const kind of ['noisy', 'clean']) {
    for (const id of ['p226_001', 'p287_002', 'p230_001', 'p231_001'])
      await put(`${kind}_trainset_28spk_wav_16k/${id}.wav`, silentWave(30));
    await put(`${kind}_testset_wav_16k/p232_001.wav`, silentWave(30));
  }
  const { train, valid, tests } = await enhancement({ root });
  expect(train.map(({ id }) => id)).toEqual(['p230_001', 'p231_001']);
  expect(valid!.map(({ id }) => id)).toEqual(['p226_001', 'p287_002']);
  expect(tests['test']).toEqual([
    {
      id: 'p232_001',
      wav_path: join(root, 'noisy_testset_wav_16k', 'p232_001.wav'),
      wav_path_clean: join(root, 'clean_testset_wav_16k', 'p232_001.wav'),
    },
  ]);
  await put('noisy_testset_wav_16k/p232_002.wav', silentWave(30));
  await expect(enhancement({ root })).rejects.toThrow(/clean_testset_wav_16k: found 1 of 2 files missing: p232_002.wav/);
});
