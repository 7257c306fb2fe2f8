// Sizes of the published packages against their budgets, scripts/size-budgets.json; needs `npm run build`.
//   node scripts/check-sizes.mjs           refuses what is over its budget, or has none
//   node scripts/check-sizes.mjs --write   also writes docs/sizes.md
// Packed is what travels; unpacked what a package itself takes; installed what it takes with all that comes along, npm's own way of
// sharing aside: check-release.mjs installs one of them for good and holds it to the same budget.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closureOf, publishedPackages } from './installed-packages.mjs';
import { folderBytes } from './outside-program.mjs';
import { root } from './workspace.mjs';

const budgets = JSON.parse(readFileSync(join(root, 'scripts/size-budgets.json'), 'utf8'));
const packed = new Map(publishedPackages.map(({ folder, manifest }) => [manifest.name, packedSize(folder)]));
const unpackedElsewhere = new Map();

const rows = publishedPackages
  .map(({ folder, manifest: { name } }) => {
    const installed = closureOf(folder).reduce((sum, part) => sum + unpackedBytes(part), 0);
    const { size, unpackedSize } = packed.get(name);
    return { name, packedKilobytes: size / 1e3, unpackedKilobytes: unpackedSize / 1e3, installedMegabytes: installed / 1e6 };
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

const problems = [];
for (const row of rows) {
  const budget = budgets[row.name];
  if (!budget) {
    const proposal = {
      packedKilobytes: Math.ceil((row.packedKilobytes * 1.3) / 10) * 10,
      installedMegabytes: Math.ceil(row.installedMegabytes * 1.2),
    };
    problems.push(`${row.name} has no budget; add to scripts/size-budgets.json ${JSON.stringify({ [row.name]: proposal }).slice(1, -1)}`);
    continue;
  }
  for (const [key, most] of Object.entries(budget)) {
    if (row[key] > most) problems.push(`${row.name}: ${key} is ${row[key].toFixed(1)}, and ${most} at most`);
  }
}
for (const name of Object.keys(budgets)) if (!packed.has(name)) problems.push(`${name} has a budget and is not published`);
if (process.argv.includes('--write')) writeFileSync(join(root, 'docs/sizes.md'), page());

if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join('\n'));
  console.error(`check-sizes: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exit(1);
}
const largest = rows.reduce((most, row) => (row.installedMegabytes > most.installedMegabytes ? row : most));
console.log(
  `check-sizes: ${rows.length} packages keep their budgets; the largest install is ${largest.name}, ${largest.installedMegabytes.toFixed(0)} MB`,
);

function packedSize(folder) {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${folder} cannot be packed:\n${stderr}`);
  const [{ size, unpackedSize, files }] = JSON.parse(stdout);
  if (!files.some(({ path }) => path.startsWith('dist/')) && readFileSync(join(folder, 'package.json'), 'utf8').includes('"build"')) {
    throw new Error(`${folder} is not built: npm run build`);
  }
  return { size, unpackedSize };
}

function unpackedBytes({ folder, manifest }) {
  const own = packed.get(manifest.name);
  if (own) return own.unpackedSize;
  if (!unpackedElsewhere.has(folder)) unpackedElsewhere.set(folder, folderBytes(folder));
  return unpackedElsewhere.get(folder);
}

function page() {
  const lines = rows.map(({ name, packedKilobytes, unpackedKilobytes, installedMegabytes }) => {
    const budget = budgets[name] ?? {};
    return `| ${name} | ${packedKilobytes.toFixed(0)} kB | ${budget.packedKilobytes ?? ''} kB | ${unpackedKilobytes.toFixed(0)} kB | ${installedMegabytes.toFixed(1)} MB | ${budget.installedMegabytes ?? ''} MB |`;
  });
  return `# Sizes

What the published packages take, as \`node scripts/check-sizes.mjs --write\` measured it: packed (the download of the package itself), unpacked, and installed
with everything that comes along, engines that somebody chooses aside. Each has a budget in \`scripts/size-budgets.json\`, which \`npm test\` holds; it also installs
\`@s3/task-asv\` from a registry into an empty folder, and holds that to its budget.

| package | packed | at most | unpacked | installed | at most |
|---|---|---|---|---|---|
${lines.join('\n')}
`;
}
