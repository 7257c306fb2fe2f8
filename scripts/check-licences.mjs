// Lists the licences of everything that people install with the published packages, in docs/licences.md:
//   node scripts/check-licences.mjs           refuses copyleft, and a list that is out of date
//   node scripts/check-licences.mjs --write   writes the list anew
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { closureOf, publishedPackages } from './installed-packages.mjs';
import { root } from './workspace.mjs';

const permissive = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
  'Zlib',
]);
// each with its reason
const exceptions = {
  'codec-parser':
    'LGPL-3.0-or-later: it finds the frames of FLAC and Ogg files for their decoders. It comes along unchanged, as a package and inside `@audio/decode-flac`, `@audio/decode-opus` and `@audio/decode-vorbis`, which are loaded when a file needs them; nothing of it is copied into S3. Who ships a product with these has to let its users replace them.',
};
// what manifests do not tell
const compiledIn = {
  mpg123:
    'LGPL-2.1: it decodes MP3, compiled to WebAssembly inside `@audio/decode-mp3`, which names MIT alone. The package is loaded when a file needs it, and nothing of it is copied into S3.',
};

const file = join(root, 'docs/licences.md');
const rows = new Map();
for (const { folder, manifest } of publishedPackages) {
  for (const { manifest: part } of closureOf(folder)) {
    if (part.name.startsWith('@s3/')) continue;
    const row = rows.get(part.name) ?? {
      licence: licenceOf(part),
      versions: new Set(),
      users: new Set(),
      isForPlatform: Boolean(part.os || part.cpu),
    };
    row.versions.add(part.version);
    row.users.add(manifest.name);
    rows.set(part.name, row);
  }
}

const refused = [...rows].filter(([name, { licence }]) => !isPermissive(licence) && !exceptions[name]);
const idle = Object.keys(exceptions).filter((name) => !rows.has(name) || isPermissive(rows.get(name).licence));
const problems = [
  ...refused.map(
    ([name, { licence, users }]) => `${name} is under ${licence ?? 'no licence that it names'} (comes with ${[...users].join(', ')})`,
  ),
  ...idle.map((name) => `${name} needs no exception any more`),
];
// what is for one platform alone is not on every machine that makes this list
const listed = [...rows].filter(([, { isForPlatform }]) => !isForPlatform).sort(([a], [b]) => (a < b ? -1 : 1));
const text = page(listed);
if (process.argv.includes('--write')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
  problems.push('docs/licences.md is out of date: node scripts/check-licences.mjs --write');

if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join('\n'));
  console.error(`check-licences: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exit(1);
}
console.log(`check-licences: ${rows.size} packages, ${Object.keys(exceptions).length} exception`);

function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ');
}

/** An expression of SPDX: one of its alternatives will do, all of its conjuncts have to. */
function isPermissive(licence) {
  if (!licence) return false;
  const alternatives = licence.replace(/[()]/g, '').split(' OR ');
  return alternatives.some((alternative) => alternative.split(' AND ').every((part) => permissive.has(part.trim())));
}

function page(entries) {
  const counts = new Map();
  for (const [, { licence }] of entries) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return `# Licences

S3 is under the Apache License 2.0. This is what comes along with its published packages, made by \`node scripts/check-licences.mjs --write\` and checked by
\`npm test\`: dependencies, theirs, and the peers that a package cannot do without. Not listed are optional peers (native engines, onnxruntime, \`audio-decode\`), which
somebody chooses to install, packages for one platform, and what is used for development alone. Licences with copyleft are refused; what is an exception has its reason here.

| licence | packages |
|---|---|
${kinds.map(([licence, count]) => `| ${licence} | ${count} |`).join('\n')}

${Object.entries({ ...exceptions, ...compiledIn })
  .map(([name, reason]) => `**${name}**: ${reason}`)
  .join('\n\n')}

| package | licence | comes with |
|---|---|---|
${entries.map(([name, { licence, users }]) => `| ${name} | ${licence} | ${usersOf(users)} |`).join('\n')}
`;
}

/** Packages alone: recipes bring what their packages bring. */
function usersOf(users) {
  const packages = publishedPackages.filter(({ folder }) => relative(root, folder).startsWith('packages'));
  const names = packages.filter(({ manifest }) => users.has(manifest.name)).map(({ manifest }) => manifest.name.replace('@s3/', ''));
  if (names.length === packages.length) return 'all';
  return names.length > 0 ? names.sort().join(', ') : 'recipes';
}
