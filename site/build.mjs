// The documentation as a site: `npm run docs` builds it into site/dist, `npm run docs:serve` shows it.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, serve } from 'vitepress';
import { changesMarkdown, pendingChanges } from '../scripts/changes.mjs';
import { packageFolders, root } from '../scripts/workspace.mjs';
import { entryPoints, writeApiPages } from './api-pages.mjs';
import { commandPage } from './command-page.mjs';
import { siteLayout } from './layout.mjs';
import { sectionOf, siteLinks } from './links.mjs';
import { componentSettings, recipeSettings } from './settings-pages.mjs';

const site = fileURLToPath(new URL('.', import.meta.url));
const pagesFolder = join(site, 'pages');

if (process.argv.includes('--serve')) {
  if (!existsSync(join(site, 'dist'))) {
    console.error('There is nothing to show yet: `npm run docs` builds it.');
    process.exit(1);
  }
  await serve({ root: site, base: '/', port: 4173 });
} else {
  await writePages();
  await build(site);
  console.log('The documentation is in site/dist; `npm run docs:serve` shows it.');
}

async function writePages() {
  rmSync(pagesFolder, { recursive: true, force: true });
  const { pages, groups } = siteLayout();
  const recipes = await recipeSettings();
  const { page: components, addresses } = await componentSettings(entryPoints());
  const api = await writeApiPages(pagesFolder, addresses);
  for (const page of [...recipes, components]) write(page.to, page.text);
  write('commands', await commandPage());

  // what a page of the repository is given beside its text: links to what is generated
  const generated = new Map();
  for (const folder of packageFolders) {
    const settings = recipes.find(({ name }) => `recipes/${name}` === folder);
    const links = [
      ...(settings ? [`[Every setting of ${settings.name}](/${settings.to})`] : []),
      ...api.filter((page) => page.folder === folder).map(({ name, to }) => `[API of ${name}](/${to})`),
    ];
    if (links.length > 0) generated.set(`${folder}/README.md`, `\n## Reference\n\n${links.map((link) => `- ${link}\n`).join('')}`);
  }
  const tables = [...recipes, components].map(({ name, to }) => `[${name}](/${to})`);
  generated.set('docs/settings.md', `\n## Every setting\n\nTables made from the schemas: ${tables.join(', ')}.\n`);

  const problems = [];
  const sources = new Map();
  const addressOf = new Map(pages.map(({ file, to }) => [file, to]));
  const home = { file: 'README.md', from: 'site/home.md', to: 'index' };
  for (const { file, from = file, to } of [...pages, home]) {
    const text = siteLinks(file, withIncludes(readFileSync(join(root, from), 'utf8')), { pages: addressOf, onSource, problems });
    write(to, `${text}${generated.get(from) ?? ''}`);
  }
  write('whats-new', siteLinks('CHANGELOG.md', whatsNew(), { pages: addressOf, onSource, problems }));
  if (problems.length > 0) throw new Error(`links that lead nowhere:\n  ${problems.join('\n  ')}`);
  for (const [file, to] of sources) write(to, sourcePage(file));

  const listed = api.filter(({ name }) => !name.endsWith('/task'));
  write('api/index', `# API\n\nWhat each package exports, from its types and docstrings.\n\n${packageTable(listed)}`);
  write(
    'packages/index',
    `# Packages\n\nEach is installed and used alone, beside the contract.\n\n${packageTable(pages.filter(({ file }) => /^(packages|recipes)\/[^/]+\/README\.md$/.test(file)))}`,
  );
  const item = (text, to) => ({ text, link: `/${to.replace(/(^|\/)index$/, '$1')}` });
  const sidebar = [
    ...groups.slice(0, 3).map(([text, entries], index) => {
      const own = entries.map(([, to, name]) => item(name, to));
      return { text, items: index === 0 ? [...own, item('What is new', 'whats-new')] : own };
    }),
    {
      text: 'Reference',
      items: [
        item('Commands', 'commands'),
        { text: 'Settings', link: '/settings/', collapsed: true, items: [...recipes, components].map(({ name, to }) => item(name, to)) },
        { text: 'API', link: '/api/', collapsed: true, items: listed.map(({ name, to }) => item(name, to)) },
      ],
    },
    ...groups.slice(3).map(([text, entries]) => ({
      // a group that folds is a link, so that nothing to press is inside of something else to press
      ...item(text, text === 'Packages' ? 'packages/index' : entries[0][1]),
      collapsed: true,
      items: entries.map(([, to, name]) => item(name, to)),
    })),
  ];
  writeFileSync(join(pagesFolder, 'sidebar.json'), JSON.stringify(sidebar));

  function onSource(file) {
    if (!/\.(ts|mjs|yaml|csv|txt)$/.test(file)) return undefined;
    sources.set(file, `source/${file}`);
    return sources.get(file);
  }
}

/** What the next release brings, then what the earlier ones brought. */
function whatsNew() {
  const pending = pendingChanges();
  const changelog = join(root, 'CHANGELOG.md');
  const released = existsSync(changelog) ? readFileSync(changelog, 'utf8').replace(/^[\s\S]*?(?=^## )/m, '') : '';
  const coming = pending.length > 0 ? `## In the next release\n\n${changesMarkdown(pending)}\n` : '';
  return `# What is new\n\nFor users, newest first.\n\n${coming}${released}`;
}

/** A package a row, with what it says of itself. */
function packageTable(rows) {
  const lines = rows.map(({ name, folder, file, to }) => {
    const manifest = JSON.parse(readFileSync(join(root, folder ?? dirname(file), 'package.json'), 'utf8'));
    return `| [${name ?? manifest.name}](/${to}) | ${manifest.description} |`;
  });
  return `| package | what |\n|---|---|\n${lines.join('\n')}\n`;
}

/** Lines such as `@include README.md#the-first-minute` as the text of that section, so that nothing is written twice. */
function withIncludes(text) {
  return text.replace(/^@include (\S+)#(\S+)$/gm, (_, file, anchor) => sectionOf(file, readFileSync(join(root, file), 'utf8'), anchor));
}

function write(to, text) {
  const path = join(pagesFolder, `${to}.md`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A file that pages link to, to read. */
function sourcePage(file) {
  const fence = '````';
  return `---\nsearch: false\n---\n\n# ${file}\n\n${fence}${extname(file).slice(1)}\n${readFileSync(join(root, file), 'utf8')}${fence}\n`;
}
