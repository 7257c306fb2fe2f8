// Removes what builds and installs leave; recordings, runs and sources stay.
import { rmSync } from 'node:fs';
import { packageFolders, root } from './workspace.mjs';

for (const folder of ['.', 'site', ...packageFolders]) {
  for (const made of ['node_modules', 'dist', '.turbo', ...(folder === 'site' ? ['pages', '.vitepress/cache'] : [])])
    rmSync(`${root}${folder}/${made}`, { recursive: true, force: true });
}
