// What changed, for users: the sentences of .changeset/*.md, each once however many packages it is about, grouped by what people use.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders, root } from './workspace.mjs';

/** In the order in which they are shown. A change is of the group of the first package that it names; recipes that are not named here have one of their own. */
const groups = [
  ['In the browser', ['pages']],
  ['Recipes', []],
  ['Tasks and scores', [/^task-/]],
  ['Speech encoders and models', ['upstream', 'featurizer', 'downstream']],
  ['Speech data', ['dataio']],
  ['Training', ['trainer', 'mpi']],
  ['Speed', ['engine']],
  ['Commands', ['cli', 'export']],
  ['Packages of your own', ['interface']],
];
const kinds = ['major', 'minor', 'patch'];

/** Changes that are not released yet: `{ summary, packages: [{ name, kind }] }`, in the order of their files. */
export function pendingChanges(folder = root) {
  const place = join(folder, '.changeset');
  const files = readdirSync(place).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return files.sort().map((file) => {
    const [, head, summary] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(join(place, file), 'utf8')) ?? [];
    if (!summary?.trim()) throw new Error(`.changeset/${file} says nothing; write a sentence for users below its packages`);
    const packages = [...head.matchAll(/^['"]?([^'":]+)['"]?: *(major|minor|patch)$/gm)].map(([, name, kind]) => ({ name, kind }));
    return { summary: summary.trim(), packages };
  });
}

/**
 * Changes as Markdown: what breaks first, then group by group, what is new before what is mended.
 *
 * @param versions version of each package after the release, or none before it
 */
export function changesMarkdown(changes, versions = new Map()) {
  const folders = new Map(
    packageFolders.map((folder) => [JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).name, folder]),
  );
  const entries = changes
    .map((change) => ({ ...change, kind: Math.min(...change.packages.map(({ kind }) => kinds.indexOf(kind))) }))
    .sort((a, b) => a.kind - b.kind);
  const breaking = entries.filter(({ kind }) => kind === 0);
  const sections = [['What breaks', breaking]];
  let rest = entries.filter(({ kind }) => kind > 0);
  for (const [title, members] of groups) {
    const own = rest.filter(({ packages: [first] }) => titleOf(first.name) === title || isOf(first.name, members));
    rest = rest.filter((entry) => !own.includes(entry));
    sections.push([title, own]);
  }
  sections.push(['Other', rest]);
  return sections
    .filter(([, own]) => own.length > 0)
    .map(([title, own]) => `### ${title}\n\n${own.map(line).join('\n')}\n`)
    .join('\n');

  /** of what no group names */
  function titleOf(name) {
    const isNamed = groups.some(([, members]) => isOf(name, members));
    return !isNamed && folders.get(name)?.startsWith('recipes/') ? 'Recipes' : undefined;
  }

  function line({ summary, packages }) {
    const links = packages.map(({ name }) => {
      const text = [name, versions.get(name)].filter(Boolean).join(' ');
      return folders.has(name) && existsSync(join(root, folders.get(name), 'README.md'))
        ? `[${text}](${folders.get(name)}/README.md)`
        : text;
    });
    const shown = links.length > 4 ? [...links.slice(0, 3), `${links.length - 3} more packages`] : links;
    return `- ${summary.replace(/\s*\n\s*/g, ' ')} (${shown.join(', ')})`;
  }
}

const isOf = (name, members) => {
  const short = name.replace('@s3/', '');
  return members.some((member) => (typeof member === 'string' ? member === short : member.test(short)));
};
