// `npm run version`: turns the sentences of .changeset into versions, a changelog for each package, and CHANGELOG.md for the whole.
//   node scripts/version.mjs [FOLDER]     of another clone, such as a copy to try it on
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { changesMarkdown, pendingChanges } from './changes.mjs';
import { packageFolders, root } from './workspace.mjs';

const folder = resolve(process.argv[2] ?? root);
const changes = pendingChanges(folder);
if (changes.length === 0) {
  console.log('Nothing has changed since the last release: there is no file in .changeset.');
  process.exit(0);
}
const changesets = createRequire(join(root, 'package.json')).resolve('@changesets/cli/package.json');
const { status } = spawnSync(process.execPath, [join(dirname(changesets), 'bin.js'), 'version'], { cwd: folder, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const versions = new Map();
// changesets knows these as the sizes of a step in the version; users know them as what they mean
const headings = { Major: 'What breaks', Minor: 'New', Patch: 'Mended, and smaller things' };
for (const path of packageFolders) {
  const { name, version } = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8'));
  versions.set(name, version);
  const file = join(folder, path, 'CHANGELOG.md');
  if (!existsSync(file)) continue;
  const text = readFileSync(file, 'utf8').replace(/^### (Major|Minor|Patch) Changes$/gm, (_, step) => `### ${headings[step]}`);
  writeFileSync(file, text);
}
const file = join(folder, 'CHANGELOG.md');
const head =
  '# Changes\n\nWhat is new for users, newest first. Each package has its own version; those that a change is about stand behind it.\n';
const earlier = existsSync(file) ? readFileSync(file, 'utf8').slice(head.length) : '';
const date = new Date().toISOString().slice(0, 10);
writeFileSync(file, `${head}\n## ${date}\n\n${changesMarkdown(changes, versions)}${earlier}`);
const left = readdirSync(join(folder, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md');
if (left.length > 0) throw new Error(`changesets left ${left.join(', ')} as they were`);
console.log(`${changes.length} changes are in CHANGELOG.md and in those of the packages; look at them, then commit.`);
