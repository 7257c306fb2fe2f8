// Runs every `ts` block of every README and page of docs against the built packages, as a reader would.
// A block marked `ts no-run` is only read. No blocks at all is a failure: then this check checks nothing.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolders, root } from './workspace.mjs';

const engine = pathToFileURL(join(root, 'scripts/readme-engine.mjs')).href;
const pages = [
  ...packageFolders.map((folder) => ({ file: `${folder}/README.md`, folder })),
  { file: 'README.md', folder: '.' },
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({ file: `docs/${name}`, folder: '.' })),
];

let ran = 0;
const failures = [];
for (const { file, folder } of pages) {
  const blocks = [...readFileSync(join(root, file), 'utf8').matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```/gm)];
  for (const [number, [, info, code]] of blocks.entries()) {
    if (info.includes('no-run')) continue;
    const scratch = join(root, folder, '.readme-check');
    mkdirSync(scratch, { recursive: true });
    const program = join(scratch, 'block.mts');
    writeFileSync(program, code);
    // from the page's own package, so that it can import only what that package may
    const outcome = spawnSync(process.execPath, ['--import', 'tsx', '--import', engine, program], {
      cwd: scratch,
      encoding: 'utf8',
      timeout: 120_000,
    });
    rmSync(scratch, { recursive: true, force: true });
    ran++;
    if (outcome.status !== 0) failures.push(`${file}, block ${number + 1}:\n${outcome.stderr}`);
  }
}
if (ran === 0) failures.push('no README has a ts block');
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
console.log(`check-readmes: ${ran} examples ran`);
