import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm install @s3/task-asv` puts on the disk: the package, its peers, and all that they depend on. */
export default async function prepare() {
  return {
    work: 'megabytes of @s3/task-asv with its peers and all their dependencies',
    target: null,
    async run() {
      const folders = await closure(join(root, 'packages/task-asv'));
      const sizes = await Promise.all([...folders].map(bytesOf));
      return { megabytes: sizes.reduce((sum, size) => sum + size, 0) / 1e6 };
    },
  };
}

async function closure(folder, found = new Set()) {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = JSON.parse(await readFile(join(folder, 'package.json')));
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !peerDependenciesMeta[name]?.optional);
  for (const name of needed) await closure(resolveFrom(folder, name), found);
  return found;
}

function resolveFrom(folder, name) {
  for (let above = folder; ; above = dirname(above)) {
    const place = join(above, 'node_modules', name);
    if (existsSync(place)) return realpathSync(place);
    if (above === dirname(above)) throw new Error(`${name}, which ${folder} needs, is not installed`);
  }
}

/** Of a package of this workspace, what would be published. */
async function bytesOf(folder) {
  if (!folder.includes('node_modules')) {
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
    return JSON.parse(stdout)[0].unpackedSize;
  }
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const own = files.filter((file) => file.isFile() && !file.parentPath.slice(folder.length).includes('node_modules'));
  const sizes = await Promise.all(own.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
