import { join } from 'node:path';
import { expect, test } from 'vitest';
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { locateFiles } from './locate-files.ts';

test('finds the exact file first, then the only one that differs by case', async () => {
  const { root, put } = await corpusReplica('locate');
  for (const file of ['A/b.wav', 'A/B.wav', 'A/c.WAV']) await put(file);
  expect(await locateFiles(root, ['A/b.wav', 'A/B.wav', 'a/c.wav', './A/c.wav'])).toEqual(
    ['A/b.wav', 'A/B.wav', 'A/c.WAV', 'A/c.WAV'].map((file) => join(root, file)),
  );
  await put('A/C.wav');
  await expect(locateFiles(root, ['A/b.WAV', 'A/c.wav', 'A/B.wav', 'no/d.wav'])).rejects.toThrow(
    '3 of 4 audio files missing: A/b.WAV, A/c.wav, no/d.wav',
  );
});
