// The rules of the house, held by a program:
//   node scripts/check-packages.mjs            import law and uniformity
//   node scripts/check-packages.mjs --packed   also publint and attw on what would be published
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolders, root } from './workspace.mjs';

const problems = [];
const manifests = new Map(packageFolders.map((folder) => [folder, JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))]));

for (const [folder, manifest] of manifests) {
  checkManifest(folder, manifest);
  for (const file of sources(folder)) checkImports(folder, manifest, file, readFileSync(join(root, file), 'utf8'));
}
if (process.argv.includes('--packed')) for (const [folder, manifest] of manifests) if (!manifest.private) checkPacked(folder);

if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join('\n'));
  console.error(`check-packages: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exit(1);
}
console.log(`check-packages: ${packageFolders.length} packages keep the rules`);

function checkManifest(folder, manifest) {
  const say = (text) => problems.push(`${folder}: ${text}`);
  if (!existsSync(join(root, folder, 'README.md'))) say('has no README.md');
  if (manifest.type !== 'module') say('"type" has to be "module"');
  if (!manifest.description) say('has no description');
  if (manifest.private) return;
  for (const key of ['license', 'version', 'files', 'engines', 'exports']) if (!manifest[key]) say(`has no "${key}"`);
  if (!manifest.files?.includes('CHANGELOG.md')) say('has no CHANGELOG.md in "files", so that npm would leave it out');
  if (!existsSync(join(root, folder, 'tsup.config.ts'))) say('has no tsup.config.ts');
  if (folder.startsWith('packages/') && !existsSync(join(root, folder, 'src/index.ts'))) say('has no src/index.ts');
}

/**
 * The import law: packages import the contract and no other package of this workspace; the contract
 * imports zod and tfjs-core; only the engine imports a tfjs backend. And nothing undeclared.
 */
function checkImports(folder, manifest, file, text) {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  const isTest =
    /\.(test|test-d|bench|fixture)\.ts$|\/fixtures\/|\/testing\//.test(file) || /(tsup\.config\.ts|build-[a-z]+\.mjs)$/.test(file);
  for (const [, specifier] of text.matchAll(
    /(?:^|\n)\s*(?:import|export)[^'"`;]*?from\s*['"]([^'"\n]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
  )) {
    if (!specifier) continue;
    if (specifier.startsWith('.')) {
      if (!file.endsWith('tsup.config.ts') && !join(file, '..', specifier).startsWith(`${folder}/`))
        problems.push(`${file}: '${specifier}' leaves the package`);
      if (/\.ts$/.test(file) && !/\.(ts|js|mjs|json|wasm)$/.test(specifier)) problems.push(`${file}: '${specifier}' needs its file ending`);
      continue;
    }
    if (specifier.startsWith('node:')) {
      if (folder === 'packages/interface' && !isTest) problems.push(`${file}: the contract uses no Node API, found '${specifier}'`);
      continue;
    }
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    if (name === manifest.name) continue;
    if (folder === 'packages/interface' && !['zod', '@tensorflow/tfjs-core'].includes(name) && !(isTest && name === 'vitest')) {
      problems.push(`${file}: the contract imports zod and @tensorflow/tfjs-core only, found '${specifier}'`);
    }
    if (folder.startsWith('packages/') && name.startsWith('@s3/') && name !== '@s3/interface') {
      problems.push(`${file}: a package imports @s3/interface and no other package of this workspace, found '${specifier}'`);
    }
    if (/^@tensorflow\/tfjs(-backend-|-node|$)/.test(name) && folder !== 'packages/engine') {
      problems.push(`${file}: only @s3/engine imports an engine, found '${specifier}'`);
    }
    if (!declared[name] && !(isTest && (manifest.devDependencies?.[name] || ['vitest', 'fast-check'].includes(name)))) {
      problems.push(`${file}: '${name}' is not declared in ${folder}/package.json`);
    }
  }
}

function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist', '.turbo', 'voices', 'template'].includes(entry.name) ? [] : sources(path);
    return /\.(ts|js|mjs)$/.test(entry.name) ? [path] : [];
  });
}

function checkPacked(folder) {
  const out = mkdtempSync(join(tmpdir(), 's3-pack-'));
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const run = (command, args, cwd = join(root, folder)) =>
    spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  const packed = run('npx', ['-y', packageManager, 'pack', '--pack-destination', out]);
  const [tarball] = readdirSync(out);
  if (!tarball) problems.push(`${folder}: could not be packed: ${packed.stderr || packed.stdout}`);
  else {
    const bin = (name) => join(root, 'node_modules', '.bin', name);
    const publint = run(bin('publint'), ['run', join(out, tarball), '--strict']);
    if (publint.status !== 0) problems.push(`${folder}: publint\n${publint.stdout}${publint.stderr}`);
    const attw = run(bin('attw'), [join(out, tarball), '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji']);
    if (attw.status !== 0) problems.push(`${folder}: attw\n${attw.stdout}${attw.stderr}`);
  }
  rmSync(out, { recursive: true, force: true });
}
