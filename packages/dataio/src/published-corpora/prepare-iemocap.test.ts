import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { labelTable } from '../tables/classification-tables.ts';
import { prepareIemocap } from './prepare-iemocap.ts';

const spoken = ['neu', 'hap', 'ang', 'sad', 'exc', 'fru', 'xxx'];
const evaluation = (dialog: string) =>
  [
    '% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]',
    '',
    ...spoken.flatMap((emotion, index) => [
      `[${index}.0000 - ${index}.9000]\t${dialog}_F00${index}\t${emotion}\t[2.5000, 2.5000, 2.5000]`,
      `C-E2:\tNeutral;\t()`,
      '',
    ]),
  ].join('\n');

let replica: Awaited<ReturnType<typeof corpusReplica>>;
const dialogs = (session: number) => [`Ses0${session}F_impro01`, `Ses0${session}M_script01_1`];
beforeEach(async () => {
  replica = await corpusReplica('iemocap');
  for (const session of [1, 2, 3, 4, 5]) {
    for (const dialog of dialogs(session)) {
      await replica.put(`Session${session}/dialog/EmoEvaluation/${dialog}.txt`, evaluation(dialog));
      // what nobody labelled with one of the four emotions need not be there
      for (const index of [0, 1, 2, 3, 4]) await replica.put(`Session${session}/sentences/wav/${dialog}/${dialog}_F00${index}.wav`);
    }
  }
});

test('tests one session and splits the others, with four emotions', async () => {
  const corpus = await prepareIemocap({ root: replica.root, testFold: 1, validRatio: 0.2 });
  const tested = corpus.tests['session2']!;
  expect(tested.map(({ id, label }) => `${id} ${label}`)).toEqual(
    dialogs(2).flatMap((dialog) => ['neu', 'hap', 'ang', 'sad', 'hap'].map((label, index) => `${dialog}_F00${index} ${label}`)),
  );
  expect(tested[0]!['wav_path']).toBe(join(replica.root, 'Session2/sentences/wav/Ses02F_impro01/Ses02F_impro01_F000.wav'));
  expect([corpus.train.length, corpus.valid!.length]).toEqual([32, 8]);
  const ids = [...corpus.train, ...corpus.valid!].map(({ id }) => id!);
  expect(new Set(ids).size).toBe(40);
  expect(ids.some((id) => id.startsWith('Ses02'))).toBe(false);
  expect(labelTable(corpus.train)).toHaveLength(32);
});

test('a fold is the same each time, another fold another split; nothing validates at the ratio 0', async () => {
  const fold = (testFold: number, validRatio = 0.2) => prepareIemocap({ root: replica.root, testFold, validRatio });
  expect(await fold(0)).toEqual(await fold(0));
  expect(Object.keys((await fold(4)).tests)).toEqual(['session5']);
  expect(await fold(0, 0)).not.toHaveProperty('valid');
});

test('takes the folder above, Windows line ends, hidden files, other evaluations and other cases', async () => {
  const expected = await prepareIemocap({ root: replica.root, testFold: 0, validRatio: 0.2 });
  const above = await corpusReplica('iemocap-above');
  const inner = join(above.root, 'IEMOCAP_full_release');
  await rename(replica.root, inner);
  const first = dialogs(1)[0]!;
  const put = (file: string, text = '') => above.put(`IEMOCAP_full_release/Session1/${file}`, text);
  await put(`dialog/EmoEvaluation/${first}.txt`, evaluation(first).replaceAll('\n', '\r\n'));
  await put(`dialog/EmoEvaluation/._${first}.txt`, 'x');
  await put(`dialog/EmoEvaluation/Categorical/${first}_e1_cat.txt`, evaluation(first));
  await put(`sentences/wav/${first}/._${first}_F000.wav`);
  await rename(
    join(inner, 'Session1/sentences/wav', first, `${first}_F000.wav`),
    join(inner, 'Session1/sentences/wav', first, `${first}_F000.WAV`),
  );
  const found = await prepareIemocap({ root: above.root, testFold: 0, validRatio: 0.2 });
  expect(found.tests['session1']!.map(({ id, label }) => [id, label])).toEqual(
    expected.tests['session1']!.map(({ id, label }) => [id, label]),
  );
  await rename(inner, replica.root);
});

test('says what is missing', async () => {
  const prepare = () => prepareIemocap({ root: replica.root, testFold: 0, validRatio: 0.2 });
  await rm(join(replica.root, 'Session3/sentences/wav/Ses03F_impro01/Ses03F_impro01_F002.wav'));
  await expect(prepare()).rejects.toThrow('1 of 10 audio files missing: sentences/wav/Ses03F_impro01/Ses03F_impro01_F002.wav');
  await rm(join(replica.root, 'Session4/dialog'), { recursive: true });
  await rm(join(replica.root, 'Session3'), { recursive: true });
  await expect(prepare()).rejects.toThrow(/Session3: found no such folder/);
  await rename(join(replica.root, 'Session5'), join(replica.root, 'Session3'));
  await expect(prepare()).rejects.toThrow(/no utterance|missing|Session4: found no dialog/);
  await rm(join(replica.root, 'Session1'), { recursive: true });
  await expect(prepare()).rejects.toThrow(/no Session1 \(there are Session2/);
});
