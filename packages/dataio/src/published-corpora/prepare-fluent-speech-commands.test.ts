import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { labelGroupTable } from '../tables/classification-tables.ts';
import { prepareFluentSpeechCommands } from './prepare-fluent-speech-commands.ts';

const header = ',path,speakerId,transcription,action,object,location';
const rows = {
  train: [
    '0,wavs/speakers/2BqV/a1.wav,2BqV,Change language,change language,none,none',
    '1,wavs/speakers/2BqV/a2.wav,2BqV,"Lights on, please",activate,lights,kitchen',
  ],
  valid: ['0,wavs/speakers/4BrX/b1.wav,4BrX,Resume,activate,music,none'],
  test: ['0,wavs/speakers/5o9B/c1.wav,5o9B,Pause,deactivate,music,none'],
};
const files = ['2BqV/a1.wav', '2BqV/a2.wav', '4BrX/b1.wav', '5o9B/c1.wav'].map((file) => `wavs/speakers/${file}`);

let replica: Awaited<ReturnType<typeof corpusReplica>>;
beforeEach(async () => {
  replica = await corpusReplica('fluent');
  for (const [name, lines] of Object.entries(rows)) await replica.put(`data/${name}_data.csv`, [header, ...lines, ''].join('\n'));
  for (const file of files) await replica.put(file);
});

test('reads the official tables', async () => {
  const corpus = await prepareFluentSpeechCommands({ root: replica.root });
  expect(corpus.train).toEqual([
    { id: 'a1', wav_path: join(replica.root, files[0]!), labels: 'change language ; none ; none' },
    { id: 'a2', wav_path: join(replica.root, files[1]!), labels: 'activate ; lights ; kitchen' },
  ]);
  expect(corpus.valid).toHaveLength(1);
  expect(labelGroupTable(corpus.tests['test']!)[0]!.labels).toEqual(['deactivate', 'music', 'none']);
});

test('takes the folder above, Windows line ends, other cases and folders beside', async () => {
  const expected = await prepareFluentSpeechCommands({ root: replica.root });
  const above = await corpusReplica('fluent-above');
  const inner = join(above.root, 'fluent_speech_commands_dataset');
  await rename(replica.root, inner);
  await above.put('fluent_speech_commands_dataset/data/train_data.csv', `\uFEFF${[header, ...rows.train, ''].join('\r\n')}`);
  await above.put('fluent_speech_commands_dataset/wavs/speakers/2BqV/._a1.wav');
  await rename(join(inner, files[2]!), join(inner, 'wavs/speakers/4BrX/B1.WAV'));
  await rename(join(inner, 'wavs/speakers'), join(inner, 'wavs/Speakers'));
  const found = await prepareFluentSpeechCommands({ root: above.root });
  expect(found.train.map(({ id, labels }) => [id, labels])).toEqual(expected.train.map(({ id, labels }) => [id, labels]));
  expect(found.valid![0]!['wav_path']).toBe(join(inner, 'wavs/Speakers/4BrX/B1.WAV'));
  await rename(inner, replica.root);
});

test('says what is missing', async () => {
  await rm(join(replica.root, files[1]!));
  await expect(prepareFluentSpeechCommands({ root: replica.root })).rejects.toThrow(
    '1 of 2 audio files missing: wavs/speakers/2BqV/a2.wav',
  );
  await replica.put(files[1]!);
  const doubled = [header, ...rows.train, rows.train[0]].join('\n');
  await replica.put('data/train_data.csv', doubled);
  const { train } = await prepareFluentSpeechCommands({ root: replica.root });
  expect(() => labelGroupTable(train)).toThrow(/train_data\.csv, row 4: found the id 'a1', which row 2 has too/);
  await rm(join(replica.root, 'data/valid_data.csv'));
  await expect(prepareFluentSpeechCommands({ root: replica.root })).rejects.toThrow(/no data\/valid_data\.csv \(there are data, wavs\)/);
});
