// Which file of the repository is which page of the site, and in what order they are shown.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders, root } from '../scripts/workspace.mjs';

/** The hand-written pages, group by group: file in the repository, address, name in the list. */
const handWritten = [
  [
    'Start',
    [
      ['README.md', 'introduction', 'Introduction'],
      ['docs/concepts.md', 'concepts', 'Concepts'],
      ['docs/settings.md', 'settings/index', 'Settings'],
      ['docs/files.md', 'files', 'What a run leaves'],
      ['docs/several-processes.md', 'several-processes', 'Several processes'],
      ['docs/pages.md', 'pages', 'Checkpoints in a page'],
      ['docs/scale.md', 'scale', 'Scale'],
      ['bench/README.md', 'bench', 'Measurements'],
    ],
  ],
  [
    'Coming from elsewhere',
    [
      ['docs/from-s3prl.md', 'from-s3prl', 'Coming from S3PRL'],
      ['docs/from-espnet.md', 'from-espnet', 'Coming from ESPnet'],
      ['docs/glossary.md', 'glossary', 'Glossary'],
      ['docs/parity.md', 'parity', 'Parity'],
    ],
  ],
  [
    'Adding your own',
    [
      ['docs/your-own-package.md', 'your-own-package', 'A package of your own'],
      ['docs/adding-a-recipe.md', 'adding-a-recipe', 'A recipe'],
      ['docs/adding-a-task.md', 'adding-a-task', 'A task'],
      ['docs/adding-an-upstream.md', 'adding-an-upstream', 'An upstream'],
      ['docs/adding-a-corpus.md', 'adding-a-corpus', 'A corpus'],
    ],
  ],
];

/** Pages made of these files without being named above: README of each package and recipe, decisions, licences of data. */
function found() {
  const pages = packageFolders
    .filter((folder) => existsSync(join(root, folder, 'README.md')))
    .map((folder) => [`${folder}/README.md`, folder, folder.split('/')[1]]);
  const decisions = readdirSync(join(root, 'docs/decisions'))
    .filter((name) => /^\d+.*\.md$/.test(name))
    .sort()
    .map((name) => [`docs/decisions/${name}`, `decisions/${name.slice(0, -3)}`, titleOf(`docs/decisions/${name}`)]);
  const named = new Set(handWritten.flatMap(([, entries]) => entries.map(([file]) => file)));
  // a page of docs that nobody listed is shown all the same
  const others = readdirSync(join(root, 'docs'))
    .map((name) => `docs/${name}`)
    .filter((file) => file.endsWith('.md') && !named.has(file))
    .map((file) => [file, file.slice(5, -3), titleOf(file)]);
  return {
    others,
    packages: pages.filter(([file]) => file.startsWith('packages/')),
    recipes: pages.filter(([file]) => file.startsWith('recipes/')),
    decisions,
  };
}

/** A page's first heading. */
function titleOf(file) {
  return /^# (.+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? file;
}

/** Everything the site shows, without what is generated: `{ pages: [{ file, to }], groups }`. */
export function siteLayout() {
  const { packages, recipes, decisions, others: unnamed } = found();
  const runnable = recipes.filter(([, to]) => /^recipes\/(superb|espnet|quickstart)/.test(to) && to !== 'recipes/quickstart-data');
  const others = recipes.filter((page) => !runnable.includes(page));
  const command = others.filter(([, to]) => to === 'recipes/cli');
  const groups = [
    ...handWritten.map(([name, entries], index) => [name, index === 0 ? [...entries, ...unnamed] : entries]),
    ['Recipes', [['recipes/README.md', 'recipes/index', 'All recipes'], ...runnable]],
    ['Packages', [...packages, ...command, ...others.filter((page) => !command.includes(page))]],
    [
      'About',
      [['CONTRIBUTING.md', 'contributing', 'Contributing'], ['docs/decisions/README.md', 'decisions/index', 'Decisions'], ...decisions],
    ],
  ];
  const unlisted = [['recipes/quickstart-data/ATTRIBUTION.md', 'recipes/quickstart-data-attribution', 'Licences of the recordings']];
  const pages = [...groups.flatMap(([, entries]) => entries), ...unlisted].map(([file, to]) => ({ file, to }));
  return { pages, groups };
}
