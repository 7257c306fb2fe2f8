import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { toyUtteranceModel, waveformsOf } from '@s3/interface/testing';
import { describe, expect, it } from 'vitest';
import { type MyNameBatch, myName } from '../template/task/src/my-name.ts';
import { createPackage } from './create-command.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 's3-create-'));

describe('s3 create', () => {
  it.each(['task', 'upstream', 'recipe'])('makes a %s in which nothing is left to fill in', async (kind) => {
    const folder = await createPackage(kind, '@sea/whale-songs', newFolder());
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const all = files.map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8')).join('\n');
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['package.json', 'README.md', '.gitignore', 'index.ts', 'first-release.md', 'changelog.cjs', 'headings.mjs']),
    );
    expect(all).not.toMatch(/my-?name|\^[A-Z]/i);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: '@sea/whale-songs', peerDependencies: { '@s3/interface': expect.stringMatching(/^\^\d/) } });
  });

  it('keeps a task at about 80 lines and its test below 20', async () => {
    const folder = await createPackage('task', 'whales', newFolder());
    const lines = (name: string) =>
      readFileSync(join(folder, 'src', name), 'utf8')
        .trimEnd()
        .split('\n').length;
    expect(lines('whales.ts')).toBeLessThan(90);
    expect(lines('whales.test.ts')).toBeLessThan(20);
  });

  it('makes a task that says what batches it was made for, where types do not', async () => {
    const task = myName({ model: toyUtteranceModel() });
    const batch = { waveforms: waveformsOf([1600]), utterances: ['a'] } as unknown as MyNameBatch;
    await expect(task.train.over({ length: 1, epoch: async function* () {} }).prepare(batch as never)).rejects.toThrow(
      'my-name: found batches without targets; expected a number for each utterance',
    );
  });

  it('refuses other kinds, names that no package can have, and a folder that is there', async () => {
    const folder = newFolder();
    await expect(createPackage('corpus', 'whales', folder)).rejects.toThrow(/found 'corpus'; expected one of task, upstream, recipe/);
    await expect(createPackage('task', 'Whale Songs', folder)).rejects.toThrow("the name 'Whale Songs'");
    await expect(createPackage('recipe', '@sea/superb-ks', folder)).rejects.toThrow("the name 'superb-ks', which a recipe of S3 has");
    await createPackage('task', 'whales', folder);
    await expect(createPackage('task', 'seals', join(folder, 'whales', 'package.json'))).rejects.toThrow(
      /which is a file; expected a folder/,
    );
    await expect(createPackage('task', 'whales', folder)).rejects.toThrow(InputError);
    expect(readdirSync(folder)).toEqual(['whales']);
  });
});
