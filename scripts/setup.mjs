// Installs and builds the workspace with nothing but Node and npm at hand.
//   npm run setup                      always
//   node scripts/setup.mjs --if-needed only when something changed since the last time
//   --without-types                    only what running needs: a quarter of the time
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders, root } from './workspace.mjs';

const stamp = join(root, 'node_modules', '.s3-setup');

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Node ${process.versions.node} is too old: S3 needs Node 20 or newer.`);

const tasks = process.argv.includes('--without-types') ? ['build'] : ['build', 'types'];
const state = fingerprint();
if (process.argv.includes('--if-needed') && existsSync(stamp)) {
  const [built, ...tasksThen] = readFileSync(stamp, 'utf8').split(' ');
  if (built === state && tasks.every((task) => tasksThen.includes(task))) process.exit(0);
}

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
console.log(`Installing with ${packageManager} ...`);
run('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only']);
console.log('Building ...');
// through pnpm, whose command turbo looks for
run('npx', ['-y', packageManager, 'exec', 'turbo', 'run', ...tasks, '--output-logs=errors-only', '--no-update-notifier']);
mkdirSync(join(root, 'node_modules'), { recursive: true });
writeFileSync(stamp, [state, ...tasks].join(' '));

/** Changes whenever a source file, a setting or the lockfile does. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = ['package.json', 'pnpm-lock.yaml', 'tsconfig.base.json', 'tsconfig.build.json', 'tsup.base.ts'];
  for (const folder of packageFolders) collect(folder, files);
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function collect(folder, files) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !['node_modules', 'dist', 'voices', '.turbo', 'runs'].includes(entry.name)) collect(path, files);
    else if (/\.(ts|js|mjs|json)$/.test(entry.name)) files.push(path);
  }
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`\`${command} ${args.join(' ')}\` failed; what it printed is above.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
