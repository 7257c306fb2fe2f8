import { expect, it, vi } from 'vitest';
import { makeTarget } from './target-directory.ts';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  // so Node says of a disk that is read-only
  mkdir: () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'mkdir' })),
}));

it('says of a folder that cannot be made what that means', async () => {
  await expect(makeTarget('/cdrom/exp')).rejects.toThrow(
    'targetDir: found /cdrom/exp, where nothing can be written (a folder that cannot be made, ENOENT); expected a folder that can be made',
  );
});
