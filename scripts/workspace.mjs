import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the clone. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of all packages, such as `packages/dataio`. */
export const packageFolders = ['packages', 'recipes'].flatMap((group) =>
  readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${group}/${name}`),
);

/** Where install-webgpu.mjs puts the WebGPU engine. */
export const webgpuFolder = join(root, 'node_modules/.cache/s3-webgpu');
