// What people install with the published packages, found in this clone's node_modules.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageFolders, root } from './workspace.mjs';

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The packages that are published: folder and manifest. */
export const publishedPackages = packageFolders
  .map((folder) => ({ folder: join(root, folder), manifest: manifestOf(join(root, folder)) }))
  .filter(({ manifest }) => !manifest.private);

/** What a package needs beside itself: dependencies and peers, those for one platform only if they are here; no optional peers. */
export function neededBy(manifest) {
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => !manifest.peerDependenciesMeta?.[name]?.optional);
  return [...new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.optionalDependencies ?? {}), ...peers])];
}

/** A package and all that comes along with it, each once, by its folder: `{ folder, manifest }`. */
export function closureOf(folder) {
  const found = new Map();
  const add = (place) => {
    const path = realpathSync(place);
    if (found.has(path)) return;
    const manifest = manifestOf(path);
    found.set(path, manifest);
    for (const name of neededBy(manifest)) {
      const next = resolved(path, name);
      if (next) add(next);
      else if (!manifest.optionalDependencies?.[name])
        throw new Error(`${manifest.name} needs ${name}, which is not installed; npm run setup`);
    }
  };
  add(folder);
  return [...found].map(([path, manifest]) => ({ folder: path, manifest }));
}

/** The folder that Node would find, and pnpm's beside the package. */
function resolved(folder, name) {
  for (let place = folder; ; place = dirname(place)) {
    const path = join(place, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
    if (dirname(place) === place) return undefined;
  }
}
