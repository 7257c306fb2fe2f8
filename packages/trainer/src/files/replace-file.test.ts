import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFileTrouble } from './file-trouble.ts';
import { writeFlushed } from './replace-directory.ts';
import { replaceFile } from './replace-file.ts';

test('replaces what was there, makes folders, and leaves nothing beside it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 's3-replace-'));
  const path = join(dir, 'deep', 'file.txt');
  await replaceFile(path, 'one');
  await replaceFile(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  mkdirSync(join(dir, 'deep', 'folder'));
  await expect(replaceFile(join(dir, 'deep', 'folder'), 'text')).rejects.toThrow();
  expect(readdirSync(join(dir, 'deep')).sort()).toEqual(['file.txt', 'folder']);
});

test.runIf(process.platform === 'linux')('a full disk is named with the file that found no room', async () => {
  const trouble = await writeFlushed('/dev/full', 'text').catch(withFileTrouble);
  expect((trouble as Error).message).toMatch(/^\/dev\/full: found no room left \(ENOSPC\)/);
});

test('a file where a folder is to be made is told as such, and a trouble without its file with a place', async () => {
  const dir = mkdtempSync(join(tmpdir(), 's3-trouble-'));
  await replaceFile(join(dir, 'file'), 'text');
  const trouble = await replaceFile(join(dir, 'file', 'inner'), 'text').catch(withFileTrouble);
  expect((trouble as Error).message).toMatch(/file: found a file where a folder has to be \(E(EXIST|NOTDIR)\)/);
  mkdirSync(join(dir, 'folder'));
  const inTheWay = await replaceFile(join(dir, 'folder'), 'text').catch(withFileTrouble);
  expect((inTheWay as Error).message).toContain(`${join(dir, 'folder')}: found `);
  const noDisk = Object.assign(new Error('mkdir'), { code: 'ENOENT', syscall: 'mkdir', path: '/disk/x' });
  expect((withFileTrouble(noDisk) as Error).message).toMatch(/^\/disk\/x: found a folder that cannot be made/);
  const nameless = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect((withFileTrouble(nameless, 'a file in exp') as Error).message).toMatch(/^a file in exp: found no room left/);
});
