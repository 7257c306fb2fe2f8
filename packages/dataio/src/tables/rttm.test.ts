import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatRttm, readRttm, writeRttm } from './rttm.ts';
import { readUem, writeUem } from './uem.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-rttm-'));
const fileOf = (text: string, name = 'a.rttm'): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('readRttm', () => {
  test('takes comments, other types, tabs, several spaces, any line end and a byte order mark', async () => {
    const text = [
      '\uFEFF;; a comment',
      '# another',
      'SPKR-INFO one 1 <NA> <NA> <NA> unknown ann <NA> <NA>',
      'SPEAKER   one\t1  0.50   1.25 <NA> <NA> ann <NA> <NA>',
      '',
      'speaker two A 3 .5 <NA> <NA> bob 0.9',
      'LEXEME one 1 0.5 0.1 hello lex ann <NA>',
    ].join('\r\n');
    const path = fileOf(text);
    expect(await readRttm(path)).toEqual([
      { recording: 'one', speaker: 'ann', startSeconds: 0.5, endSeconds: 1.75, where: `${path}, row 4` },
      { recording: 'two', speaker: 'bob', startSeconds: 3, endSeconds: 3.5, where: `${path}, row 6` },
    ]);
  });

  test('reads names that look alike as one', async () => {
    const [composed, combined] = ['Zo\u00EB', 'Zoe\u0308'];
    const line = (name: string) => `SPEAKER ${name} 1 0 1 <NA> <NA> ${name} <NA> <NA>\n`;
    const segments = await readRttm(fileOf(line(composed) + line(combined)));
    expect(new Set(segments.map(({ recording, speaker }) => `${recording} ${speaker}`)).size).toBe(1);
  });

  test('an end has no more decimals than its start and duration', async () => {
    const [segment] = await readRttm(fileOf('SPEAKER one 1 0.1 0.2 <NA> <NA> ann <NA> <NA>\n'));
    expect(segment!.endSeconds).toBe(0.3);
  });

  test.each([
    ['SPEAKER one 1 ann 0.5 1.0 <NA> <NA>', "the start 'ann' in"],
    ['SPEAKER one 0.5 1.0 1 <NA> <NA> ann <NA>', "the channel '0.5' in"],
    ['SPEAKER 1 one 0.5 1.0 <NA> <NA> ann <NA>', "the channel 'one' in"],
    ['SPEAKER one 1 0.5 ann <NA> <NA> 1.0 <NA>', "the duration 'ann' in"],
    ['SPEAKER one 1 0,5 1,0 <NA> <NA> ann <NA>', "the start '0,5' in"],
    ['SPEAKER one 1 0.5 <NA> <NA> <NA> ann <NA>', "the duration '<NA>' in"],
    ['SPEAKER one 1 0.5 1.0 <NA> ann <NA> <NA>', 'no speaker in'],
    ['SPEAKER one 1 0.5 1.0 ann', '6 fields in'],
    ['SPEAKER one 1 -0.5 1.0 <NA> <NA> ann <NA>', 'a start of -0.5 s'],
    ['SPEAKER one 1 0.5 0 <NA> <NA> ann <NA>', 'a duration of 0 s'],
    ['SPEAKER one 1 0.5 -1 <NA> <NA> ann <NA>', 'a duration of -1 s'],
    ['SPAEKER one 1 0.5 1 <NA> <NA> ann <NA>', "a line of the type 'SPAEKER'"],
  ])('refuses %s', async (line, found) => {
    const path = fileOf(`;;\n${line}\n`, 'bad.rttm');
    await expect(readRttm(path)).rejects.toThrow(`${path}, row 2: found ${found}`);
  });

  test('names a file that is not there', async () => {
    await expect(readRttm(join(folder, 'none.rttm'))).rejects.toThrow('none.rttm: found no such file; expected an RTTM file');
  });
});

describe('writeRttm', () => {
  const segment = (startSeconds: number, endSeconds: number, speaker = 'ann') => ({ recording: 'one', speaker, startSeconds, endSeconds });

  test('writes what is read again, to the millisecond, and keeps touching segments touching', async () => {
    const path = join(folder, 'new', 'out.rttm');
    await writeRttm(path, [segment(0, 1 / 3), segment(1 / 3, 2 / 3), segment(2 / 3, 2 / 3 + 1e-5)]);
    expect(readFileSync(path, 'utf8')).toBe(
      'SPEAKER one 1 0.000 0.333 <NA> <NA> ann <NA> <NA>\nSPEAKER one 1 0.333 0.334 <NA> <NA> ann <NA> <NA>\n',
    );
    const [first, second] = await readRttm(path);
    expect(first!.endSeconds).toBe(second!.startSeconds);
  });

  test('refuses names that would become two fields', () => {
    expect(() => formatRttm([segment(0, 1, 'Ann Lee')])).toThrow("the name of a speaker: found 'Ann Lee'");
    expect(() => formatRttm([segment(0, 1, '')])).toThrow("found ''");
  });
});

describe('UEM files', () => {
  test('are read as they are written, and with comments', async () => {
    const path = join(folder, 'all.uem');
    const regions = [
      { recording: 'one', startSeconds: 0, endSeconds: 12.5 },
      { recording: 'two', startSeconds: 1, endSeconds: 2 },
    ];
    await writeUem(path, regions);
    expect(await readUem(path)).toEqual(regions.map((region, index) => ({ ...region, where: `${path}, row ${index + 1}` })));
    const other = await readUem(fileOf(';; comment\r\none.wav  1\t0 5\r\n', 'b.uem'));
    expect(other).toMatchObject([{ recording: 'one', endSeconds: 5 }]);
  });

  test.each([
    ['one 1 5 5', 'a region from 5 s to 5 s'],
    ['one 1 5 4', 'a region from 5 s to 4 s'],
    ['one 1 -1 4', 'a region from -1 s to 4 s'],
    ['one 0 5', "'one 0 5'"],
    ['one 1 a 5', "'one 1 a 5'"],
    ['one 1 0 5 ann', "'one 1 0 5 ann'"],
  ])('refuse %s', async (line, found) => {
    const path = fileOf(`;;\n${line}\n`, 'bad.uem');
    await expect(readUem(path)).rejects.toThrow(`${path}, row 2: found ${found}`);
  });

  test('refuse to be empty', async () => {
    await expect(readUem(fileOf(';;\n', 'empty.uem'))).rejects.toThrow('found no region');
  });
});
