import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/toy-run.ts';
import { readCorpus, writeCorpus } from './corpus-files.ts';
import { fileNames } from './stage-files.ts';

describe('corpus files', () => {
  it('give back what was written, all as text', async () => {
    const folder = temporaryFolder();
    const corpus = {
      train: [
        { id: '007', text: 'he said "no", twice\nand left' },
        { id: '1e3', text: ' spaces \r', extra: 'ä' },
      ],
      tests: { 'vox/o': [{ id: '1' }], train: [{ id: '2' }], corpus: [{ id: '3' }] },
    };
    await writeCorpus(folder, corpus);
    expect(readdirSync(folder).sort()).toEqual(['corpus.csv', 'corpus.json', 'train-2.csv', 'train.csv', 'vox-o.csv']);
    const read = await readCorpus(folder);
    expect(read.corpus).toEqual({ ...corpus, train: [{ ...corpus.train[0], extra: '' }, corpus.train[1]] });
    expect(read.train.rows).toBe(2);
  });

  it('may be edited by programs that end lines otherwise and mark the encoding', async () => {
    const folder = temporaryFolder();
    await writeCorpus(folder, { train: [{ id: 'a' }], tests: {} });
    writeFileSync(join(folder, 'train.csv'), '\ufeffid,spk\r\nb,x\r\n\r\n');
    expect((await readCorpus(folder)).corpus.train).toEqual([{ id: 'b', spk: 'x' }]);
  });

  it('are not written at all when a set is empty', async () => {
    const folder = temporaryFolder();
    await expect(writeCorpus(folder, { train: [{ id: 'a' }], valid: [], tests: {} })).rejects.toThrow(
      /the valid set of the corpus: found no rows/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are not read where a program saved them in another encoding, nor where they say something else', async () => {
    const folder = temporaryFolder();
    await writeCorpus(folder, { train: [{ id: 'a' }], tests: {} });
    writeFileSync(join(folder, 'train.csv'), Uint8Array.of(0x69, 0x64, 0x0a, 0xe9, 0x0a));
    await expect(readCorpus(folder)).rejects.toThrow(/train\.csv: found something else \(bytes that are not UTF-8 text\)/);
    writeFileSync(join(folder, 'corpus.json'), '{"train": 5, "tests": {}}');
    await expect(readCorpus(folder)).rejects.toThrow(/corpus\.json: found something else \(train: Invalid input: expected string/);
  });

  it('name the stage that mends them', async () => {
    const folder = temporaryFolder();
    await writeCorpus(folder, { train: [{ id: 'a' }], tests: {} });
    for (const damage of ['id\n', 'id,spk\na\n', readFileSync(join(folder, 'train.csv'), 'utf8').concat('"')]) {
      writeFileSync(join(folder, 'train.csv'), damage);
      await expect(readCorpus(folder)).rejects.toThrow(/train\.csv: found something else .*--start 0/);
    }
  });
});

describe('fileNames', () => {
  it('are safe and different, whatever the names', () => {
    const names = ['a/b', 'a b', 'A-B', '../x', '', '.hidden', 'ok_1.2', 'über'];
    const files = [...fileNames(names).values()];
    expect(files).toEqual(['a-b', 'a-b-2', 'A-B-3', '-x', 'set', 'hidden', 'ok_1.2', 'über']);
  });
});
