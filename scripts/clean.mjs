// Removes what builds and installs leave; recordings, runs and sources stay.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['packages', 'recipes'].flatMap((group) => readdirSync(`${root}${group}`).map((name) => `${group}/${name}`));
for (const folder of ['.', ...folders]) {
  for (const made of ['node_modules', 'dist', '.turbo']) rmSync(`${root}${folder}/${made}`, { recursive: true, force: true });
}
