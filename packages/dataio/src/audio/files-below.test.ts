import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { audioPaths } from './audio-folder.ts';
import { filesBelow } from './files-below.ts';

const folder = await mkdtemp(join(tmpdir(), 's3-below-'));

test('finds files through symbolic links, and does not go round in circles', async () => {
  const root = join(folder, 'corpus');
  const away = join(folder, 'away');
  await mkdir(join(root, 'a', 'deep'), { recursive: true });
  await mkdir(join(away, 'b'), { recursive: true });
  for (const path of [join(root, 'a', 'deep', '1.wav'), join(root, 'a.txt'), join(away, 'b', '2.flac')]) await writeFile(path, '');
  await symlink(away, join(root, 'linked'));
  await symlink(join(away, 'b', '2.flac'), join(root, '3.flac'));
  await symlink(root, join(root, 'a', 'around'));
  await symlink(join(folder, 'nowhere'), join(root, 'lost.wav'));
  const found = ['3.flac', 'a.txt', join('a', 'deep', '1.wav'), join('linked', 'b', '2.flac'), 'lost.wav'];
  expect(await filesBelow(root)).toEqual(found);
  expect(await audioPaths(root)).toEqual(found.filter((path) => path !== 'a.txt').map((path) => join(root, path)));
  await symlink(root, join(folder, 'corpus-link'));
  expect(await filesBelow(join(folder, 'corpus-link'))).toEqual(found);
  await expect(filesBelow(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
});
