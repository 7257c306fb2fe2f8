import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTable, resolveWavPaths, writeTable } from './table.ts';
import { rowPlace } from './table-place.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-table-'));
});

let files = 0;
async function csv(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${files++}.csv`);
  await writeFile(path, content);
  return path;
}
const read = async (content: string | Uint8Array, columns: string[] = []) => readTable(await csv(content), { columns });

describe('readTable', () => {
  test('keeps every value as text', async () => {
    expect(await read('id,spk\n007,1e3\nNaN,\n true , x\n', ['spk', 'id'])).toEqual([
      { id: '007', spk: '1e3' },
      { id: 'NaN', spk: '' },
      { id: ' true ', spk: ' x' },
    ]);
  });

  test('takes a byte order mark, any line end, quotes, blank lines and no last line end', async () => {
    const expected = [
      { id: 'a', text: 'x, "y"' },
      { id: 'b', text: 'two\nlines' },
    ];
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = ['id, text', 'a,"x, ""y"""', '', 'b,"two\nlines"', '', ''];
      expect(await read(`\uFEFF${lines.join(end)}`)).toEqual(expected);
      expect(await read(lines.slice(0, 4).join(end))).toEqual(expected);
    }
    expect(await read('id,text\n')).toEqual([]);
    // a line that another program appended
    expect(await read('id,text\r\na,x\r\nb,y\n')).toEqual([
      { id: 'a', text: 'x' },
      { id: 'b', text: 'y' },
    ]);
  });

  test('knows the line of each row behind blank lines and values of several lines', async () => {
    for (const end of ['\n', '\r\n']) {
      const path = await csv(['', 'id,text', 'a,"1', '2', '3"', '', 'b,x', 'c,"', '"', 'd,x', ''].join(end));
      const table = await readTable(path);
      expect(table.map((_, index) => rowPlace(table, index, ''))).toEqual([3, 7, 8, 10].map((row) => `${path}, row ${row}`));
    }
  });

  test.each([
    [
      'a missing column',
      'id,wavpath\na,b\n',
      /row 1: found the columns id, wavpath; expected columns wav_path, spk too\. .*'wavpath' may be meant as 'wav_path'/,
    ],
    ['another separator', 'id;wav_path;spk\na;b;c\n', /separated by commas/],
    ['a doubled column', 'id,wav_path,spk,id\n', /row 1: found the column 'id' twice/],
    ['a short row', 'id,wav_path,spk\na,b,c\n\nd,e\n', /row 4: found 2 values; expected 3, one for each of the columns id, wav_path, spk/],
    ['a long row', 'id,wav_path,spk\na,b,c,d\n', /row 2: found 4 values/],
    ['an open quote', 'id,wav_path,spk\n"a\n""",b,c\n"d,e,f\ng,h,i\n', /row 4: found a double quote that is never closed/],
    ['text behind a quote', 'id,wav_path,spk\na,b,c\nd,"e" f,g\n', /row 3: found text after a closing double quote/],
    ['an empty file', '', /found an empty file/],
    ['blank lines alone', '\n\n', /found an empty file/],
    ['Latin-1', Uint8Array.of(0x69, 0x64, 0x0a, 0xe9), /not UTF-8/],
  ])('refuses %s', async (_, content, message) => {
    const path = await csv(content);
    const reading = readTable(path, { columns: ['id', 'wav_path', 'spk'] });
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(path);
  });

  test('says what is wrong with the path', async () => {
    await expect(readTable(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv: found no such file/);
    await expect(readTable(folder)).rejects.toThrow(/found a folder/);
  });
});

describe('writeTable', () => {
  test('is read back unchanged', async () => {
    const path = join(folder, 'round-trip.csv');
    const column = fc.stringMatching(/^[a-z_]{1,8}$/);
    const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('', '"', '\r', '\r\n', '\n', ' a ', ',', '\uFEFF'));
    const cases = fc.uniqueArray(column, { minLength: 1, maxLength: 4 }).chain((columns) =>
      fc.array(
        fc.tuple(...columns.map(() => text)).map((values) => Object.fromEntries(columns.map((name, index) => [name, values[index]!]))),
        { minLength: 1, maxLength: 5 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(cases, async (table) => {
        await writeTable(path, table);
        expect(await readTable(path)).toEqual(table);
      }),
      { numRuns: 60 },
    );
  });

  test('writes the columns that are named, also of no rows', async () => {
    const path = join(folder, 'new', 'named.csv');
    await writeTable(path, [{ b: '1', a: '2' }], { columns: ['a', 'b'] });
    expect(await readFile(path, 'utf8')).toBe('a,b\n2,1\n');
    await writeTable(path, [], { columns: ['a', 'b'] });
    expect(await readFile(path, 'utf8')).toBe('a,b\n');
    expect(await readdir(join(folder, 'new'))).toEqual(['named.csv']);
  });

  test('refuses rows of other columns, nothing to write and a path that is a folder', async () => {
    const path = join(folder, 'refused.csv');
    await expect(writeTable(path, [{ a: '1' }, { b: '2' }])).rejects.toThrow(
      /refused\.csv, row 3: found the columns b; expected the columns a\. .*differ: a, b/,
    );
    await expect(writeTable(path, [])).rejects.toThrow(InputError);
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'taken', 'x'), '');
    await expect(writeTable(join(folder, 'taken'), [{ a: '1' }])).rejects.toThrow(InputError);
    await expect(writeTable(join(folder, 'taken', 'x', 'y.csv'), [{ a: '1' }])).rejects.toThrow(InputError);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

test('resolveWavPaths resolves against the folder of the csv file and keeps the rows known', async () => {
  const path = await csv('id,wav_path,wav_path1,wav_path_note\na,x/a.wav,/data/b.wav,x\nb,,../c.wav,y\n');
  const table = resolveWavPaths(await readTable(path), path);
  expect(table).toEqual([
    { id: 'a', wav_path: join(folder, 'x/a.wav'), wav_path1: '/data/b.wav', wav_path_note: 'x' },
    { id: 'b', wav_path: '', wav_path1: join(folder, '../c.wav'), wav_path_note: 'y' },
  ]);
  expect(rowPlace(table, 1, '')).toBe(`${path}, row 3`);
});
