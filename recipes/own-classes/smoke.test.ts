import { mkdtempSync } from 'node:fs';
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, describe, expect, test } from 'vitest';
import recipe from './recipe.ts';
import { recordingsFolder } from './src/recordings-folder.ts';

// A dozen recordings of three real people, in a folder each.
const folder = mkdtempSync(join(tmpdir(), 's3-own-classes-smoke-'));
const root = join(folder, 'voices');

beforeAll(async () => {
  for (const { spk, wav_path } of someRecordings(3, 4)) {
    await mkdir(join(root, spk!), { recursive: true });
    await copyFile(wav_path!, join(root, spk!, basename(wav_path!)));
  }
});

describe('own-classes', () => {
  testRecipe({ recipe, config: { corpus: { root }, trainBatches: { batchSize: 6 } }, targetDir: () => folder, learningRate: 0.001 });
});

test('a folder of each class becomes tables, some of each class kept out', async () => {
  const { train, tests } = await recordingsFolder(root, 0.2, 0);
  expect([train.length, tests['held-out']!.length]).toEqual([9, 3]);
  expect(new Set(tests['held-out']!.map(({ label }) => label)).size).toBe(3);
  await mkdir(join(folder, 'one', 'empty'), { recursive: true });
  await expect(recordingsFolder(join(folder, 'one'), 0.2, 0)).rejects.toThrow(/empty: found 0 recordings; expected at least 2/);
  await expect(recordingsFolder(join(folder, 'none'), 0.2, 0)).rejects.toThrow(/Check the path/);
});

test('symbolic links are what they lead to', async () => {
  const links = join(folder, 'links');
  const [first, second] = await readdir(root);
  await mkdir(join(links, first!), { recursive: true });
  await symlink(join(root, second!), join(links, second!));
  for (const file of await readdir(join(root, first!))) await symlink(join(root, first!, file), join(links, first!, file));
  await writeFile(join(links, first!, '._1.wav'), 'what other systems keep beside a file');
  const { train, tests } = await recordingsFolder(links, 0.2, 0);
  expect([train.length, tests['held-out']!.length]).toEqual([6, 2]);
});
