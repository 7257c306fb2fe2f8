import { expect, test } from 'vitest';
import { transcriptTable } from './transcript-table.ts';

const rowOf = (transcription: string) => ({ id: ' a ', wav_path: 'a.wav', transcription });

test('white space that nobody sees makes no other words', () => {
  for (const text of [' ONE TWO ', 'ONE  TWO', 'ONE\tTWO', 'ONE\u00a0TWO\r\n']) {
    expect(transcriptTable([rowOf(text)])).toMatchObject([{ id: 'a', text: 'ONE TWO' }]);
  }
  expect(() => transcriptTable([rowOf(' \t')])).toThrow(/empty transcription/);
});
