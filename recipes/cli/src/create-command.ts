import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';
import { packageVersion } from './package-version.ts';
import { recipes } from './recipes.ts';

const kinds = ['task', 'upstream', 'recipe'] as const;
type Kind = (typeof kinds)[number];

/** Adds `s3 create`: a package of one's own, to be changed, tested and published. */
export function addCreateCommand(command: Command, { stdout }: Pick<CommandLineOptions, 'stdout'>): void {
  command
    .command('create')
    .helpGroup('Of your own:')
    .summary('make the folder of a package of your own: a task, an upstream or a recipe')
    .argument('<kind>', kinds.join(', '))
    .argument('<name>', 'name of the package, such as whale-songs or @you/whale-songs; the folder is called as its last part')
    .description('make the folder of a package of your own: source, conformance test, README, build and release set up')
    .option('--in <folder>', 'where the folder is to be made', '.')
    .addHelpText('after', '\nExamples:\n  s3 create task whale-songs\n  s3 create recipe @you/whale-asv --in packages')
    .action(async (kind: string, name: string, options: { readonly in: string }) => {
      const folder = await createPackage(kind, name, options.in);
      const place = relative('.', folder) || '.';
      stdout.write(`${place} is ready. Next:\n\n  cd ${place}\n  npm install\n  npm test\n`);
    });
}

/**
 * Makes the folder of a package; it appears whole or not at all.
 *
 * @returns the folder
 * @throws InputError for another kind, a name that no package can have, or a folder that is there already
 */
export async function createPackage(kind: string, name: string, parent: string): Promise<string> {
  if (!kinds.includes(kind as Kind)) {
    throw new InputError('s3 create', `'${kind}'`, `one of ${kinds.join(', ')}`, `Say, for example, s3 create task ${name}.`);
  }
  if (!/^(@[a-z\d][\w.-]*\/)?[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) {
    throw new InputError(
      's3 create',
      `the name '${name}'`,
      'small letters, digits and hyphens, such as whale-songs',
      'Choose another name.',
    );
  }
  const short = basename(name);
  if (kind === 'recipe' && recipes.some((recipe) => recipe.name === short)) {
    throw new InputError('s3 create', `the name '${short}', which a recipe of S3 has`, 'a name of its own', 'Choose another name.');
  }
  const folder = resolve(parent, short);
  const isFile = await stat(resolve(parent)).then(
    (found) => !found.isDirectory(),
    () => false,
  );
  if (isFile) throw new InputError('--in', `'${parent}', which is a file`, 'a folder', 'Give a folder; it is made if it is not there.');
  if (existsSync(folder))
    throw new InputError(folder, 'something there already', 'no such folder', 'Choose another name, or another --in.');

  const aside = join(dirname(folder), `.${short}.${process.pid}.partial`);
  const templates = fileURLToPath(new URL('../template', import.meta.url));
  try {
    await mkdir(aside, { recursive: true });
    for (const part of ['shared', kind]) await cp(join(templates, part), aside, { recursive: true });
    // npm leaves files of some of these names out of packages, and takes a nested package.json for a package
    await rename(join(aside, 'manifest.json'), join(aside, 'package.json'));
    await rename(join(aside, 'gitignore'), join(aside, '.gitignore'));
    await rename(join(aside, 'changeset'), join(aside, '.changeset'));
    await fillIn(aside, name, short);
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}

async function fillIn(folder: string, name: string, short: string): Promise<void> {
  const camel = short.replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
  const words: { readonly [placeholder: string]: string } = {
    '"name": "my-name",\n  "version"': `"name": "${name}",\n  "version"`,
    "from 'my-name'": `from '${name}'`,
    "'my-name': minor": `'${name}': minor`,
    '# my-name': `# ${name}`,
    'npm i my-name': `npm i ${name}`,
    'npm i @s3/cli my-name': `npm i @s3/cli ${name}`,
    'my-name': short,
    myName: camel,
    MyName: camel.charAt(0).toUpperCase() + camel.slice(1),
    '^INTERFACE': `^${packageVersion('@s3/interface')}`,
    '^ENGINE': `^${packageVersion('@s3/engine')}`,
    '^DOWNSTREAM': `^${packageVersion('@s3/downstream')}`,
    '^SUPERB_ASV': `^${packageVersion('@s3/superb-asv')}`,
  };
  // the longest first, so that none is part of another that is still to come
  const placeholders = Object.keys(words).sort((one, other) => other.length - one.length);
  const pattern = new RegExp(placeholders.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    await writeFile(
      path,
      (await readFile(path, 'utf8')).replace(pattern, (found) => words[found]!),
    );
    const renamed = join(dirname(path), entry.name.replace('my-name', short));
    if (renamed !== path) await rename(path, renamed);
  }
}
