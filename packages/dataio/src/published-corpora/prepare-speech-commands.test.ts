import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { corpusReplica, silentWave } from '../fixtures/corpus-replica.ts';
import { labelTable } from '../tables/classification-tables.ts';
import { prepareSpeechCommands } from './prepare-speech-commands.ts';

const words = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];
// which side S3PRL 0.4.18 puts these files on
const sides = {
  train: ['yes/1027c4d1_nohash_2.wav', 'yes/1e2feb89_nohash_1.wav', 'bed/18072e8c_nohash_1.wav', 'bed/35bf992d_nohash_0.wav'],
  valid: ['yes/7311d8a3_nohash_1.wav', 'yes/78e51061_nohash_2.wav', 'bed/9b810e76_nohash_2.wav'],
  test: ['yes/2265b1f5_nohash_0.wav', 'yes/414c343c_nohash_0.wav', 'yes/c386bbc4_nohash_1.wav', 'bed/0741c7a8_nohash_0.wav'],
};
const trainRoot = 'speech_commands_v0.01';
const testRoot = 'speech_commands_test_set_v0.01';

let replica: Awaited<ReturnType<typeof corpusReplica>>;
beforeEach(async () => {
  replica = await corpusReplica('speech-commands');
  const { put } = replica;
  for (const file of Object.values(sides).flat()) await put(`${trainRoot}/${file}`);
  for (const word of words) await put(`${trainRoot}/${word}/1027c4d1_nohash_0.wav`);
  await put(`${trainRoot}/_background_noise_/hum.wav`, silentWave(36_000));
  await put(`${trainRoot}/_background_noise_/README.md`);
  for (const word of words) await put(`${testRoot}/${word}/0000_nohash_0.wav`);
  await put(`${testRoot}/_unknown_/cat_1.wav`);
  await put(`${testRoot}/_silence_/quiet.wav`, silentWave(16_000));
});

const labelsOf = (table: readonly { readonly [column: string]: string }[]) => table.map(({ id, label }) => `${id} ${label}`);
const pieces = ['_0_16000', '_16000_32000', '_32000_36000'].map((piece) => `_background_noise_/hum.wav${piece} _silence_`);

test('splits by the hash as S3PRL does, with silence in pieces and other words unknown', async () => {
  const corpus = await prepareSpeechCommands({ root: replica.root });
  const others = words.filter((word) => word !== 'yes').map((word) => `${word}/1027c4d1_nohash_0.wav ${word}`);
  const labelled = (files: readonly string[]) => files.map((file) => `${file} ${file.startsWith('bed') ? '_unknown_' : 'yes'}`);
  expect(labelsOf(corpus.train)).toEqual([...pieces, ...labelled(sides.train), 'yes/1027c4d1_nohash_0.wav yes', ...others].sort());
  expect(labelsOf(corpus.valid!)).toEqual([...pieces, ...labelled(sides.valid)].sort());
  expect(labelsOf(corpus.tests['test']!)).toEqual(
    [
      '_silence_/quiet.wav_0_16000 _silence_',
      '_unknown_/cat_1.wav _unknown_',
      ...words.map((word) => `${word}/0000_nohash_0.wav ${word}`),
    ].sort(),
  );
  const noise = labelTable(corpus.train).slice(0, 3);
  expect(noise.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
    [0, 1],
    [1, 2],
    [2, 2.25],
  ]);
  expect(noise[0]!.path).toBe(join(replica.root, trainRoot, '_background_noise_/hum.wav'));
});

test('takes the archives by their own folders, other cases and files beside', async () => {
  const expected = await prepareSpeechCommands({ root: replica.root });
  await replica.put(`${trainRoot}/@eaDir/yes/1027c4d1_nohash_2.wav`);
  await replica.put(`${trainRoot}/yes/._1027c4d1_nohash_2.wav`);
  await replica.put(`${trainRoot}/validation_list.txt`, 'yes/1027c4d1_nohash_2.wav\r\n');
  await rename(join(replica.root, trainRoot, 'go'), join(replica.root, trainRoot, 'Go'));
  await rename(join(replica.root, trainRoot, 'on/1027c4d1_nohash_0.wav'), join(replica.root, trainRoot, 'on/1027C4D1_nohash_0.WAV'));
  const found = await prepareSpeechCommands({ root: join(replica.root, trainRoot) });
  expect(labelsOf(found.train)).toEqual(labelsOf(expected.train));
  expect(found.valid).toEqual(expected.valid);
  expect(found.train.find(({ label }) => label === 'on')!['wav_path']).toBe(join(replica.root, trainRoot, 'on/1027C4D1_nohash_0.WAV'));
  const apart = await prepareSpeechCommands({ root: join(replica.root, trainRoot), testRoot: join(replica.root, testRoot) });
  expect(apart).toEqual(found);
});

test('says which folder is missing', async () => {
  await rm(join(replica.root, trainRoot, 'stop'), { recursive: true });
  await expect(prepareSpeechCommands({ root: replica.root })).rejects.toThrow(/speech_commands_v0\.01: found no folder stop \(there are/);
  await replica.put(`${trainRoot}/stop/readme.txt`);
  await expect(prepareSpeechCommands({ root: replica.root })).rejects.toThrow(/stop: found no wav files/);
  await rm(join(replica.root, testRoot), { recursive: true });
  await expect(prepareSpeechCommands({ root: replica.root })).rejects.toThrow(/no speech_commands_test_set_v0\.01.*corpus\.testRoot/);
  const wrong = { root: join(replica.root, 'nowhere'), testRoot: replica.root };
  await expect(prepareSpeechCommands(wrong)).rejects.toThrow('no such folder, or an empty one');
});
