import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError } from '@s3/interface';
import type { Message, Plugin } from 'esbuild';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';
import { siteOptions } from './site-options.ts';

/** A recipe of another package, as pages bundle it. */
export interface PageRecipe {
  readonly name: string;
  /** the module with the half of it that needs no files; its default export */
  readonly module: string;
  /** what names the module, for messages: a `package.json` */
  readonly manifest: string;
}

const app = fileURLToPath(new URL('../src/app', import.meta.url));
/** of which a page has one copy: the engine and its tensors, the contract, and what checks settings */
const shared = /^(@s3\/interface|@tensorflow\/tfjs-core|zod)(\/|$)/;

/**
 * The page's program with a recipe that it does not bring: the files that take the place of the bundled ones, by their address, and the libraries in them.
 *
 * @throws InputError where esbuild is not installed, or the recipe imports what does not load in a browser
 */
export async function bundledRecipe(
  recipe: PageRecipe,
): Promise<{ readonly files: ReadonlyMap<string, { readonly text: string }>; readonly packages: readonly BundledPackage[] }> {
  const { build } = await esbuild(recipe);
  const { plugins, ...options } = siteOptions(app);
  const outdir = join(app, 'site');
  const result = await build({
    ...options,
    plugins: [...plugins, withRecipe(recipe)],
    outdir,
    write: false,
    metafile: true,
    conditions: ['browser'],
    // that of the sources names one which only the repository has
    tsconfigRaw: {},
    logLevel: 'silent',
  }).catch((error: { readonly errors?: readonly Message[] }) => {
    throw refusal(recipe, error);
  });
  return {
    files: new Map(result.outputFiles.map(({ path, text }) => [relative(outdir, path).split(sep).join('/'), { text }])),
    packages: bundledPackages(Object.keys(result.metafile.inputs)),
  };
}

/** From beside this package, else from the project that it is used in. */
async function esbuild(recipe: PageRecipe): Promise<typeof import('esbuild')> {
  try {
    return await import('esbuild');
  } catch {
    for (const place of [recipe.manifest, join(process.cwd(), 'package.json')]) {
      try {
        return (await import(pathToFileURL(createRequire(place).resolve('esbuild')).href)) as typeof import('esbuild');
      } catch {
        // looked for elsewhere
      }
    }
    throw new InputError(
      `recipe ${recipe.name} of ${recipe.manifest}`,
      'a recipe of another package, and no esbuild',
      'esbuild, which makes one program for the browser of the page and the recipe',
      'Install it: npm install --save-dev esbuild',
    );
  }
}

function withRecipe({ name, module }: PageRecipe): Plugin {
  return {
    name: 'recipe',
    setup(bundler) {
      bundler.onLoad({ filter: /[\\/]app[\\/]own-recipes\.ts$/ }, () => ({
        contents: `export const ownRecipes = { ${JSON.stringify(name)}: () => import(${JSON.stringify(module)}) };`,
        loader: 'js',
        resolveDir: dirname(module),
      }));
      bundler.onResolve({ filter: shared }, ({ path, kind, pluginData }) =>
        pluginData === shared ? undefined : bundler.resolve(path, { kind, resolveDir: app, pluginData: shared }),
      );
    },
  };
}

function refusal({ name, manifest }: PageRecipe, error: { readonly errors?: readonly Message[] }): unknown {
  // esbuild names them as it meets them; what the recipe's own package imports is nearer to the user than what that imports in turn
  const own = realpathSync(dirname(manifest));
  const isOwn = ({ location }: Message) =>
    location !== null && existsSync(location.file) && /^(?!\.\.|.*node_modules)/.test(relative(own, realpathSync(location.file)));
  const errors = error.errors ?? [];
  const first = errors.find(isOwn) ?? errors[0];
  if (!first) return error;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new InputError(
    `recipe ${name} of ${manifest}`,
    `${inWords(first)}${more}`,
    'modules that load in a browser',
    'Give the half of the recipe that needs no files as "task" beside "module" (docs/adding-a-recipe.md), or use `s3 predict`.',
    { cause: error },
  );
}

function inWords({ text, location, notes }: Message): string {
  const importer = location ? relative('.', location.file) : 'a module';
  const module = /Could not resolve "([^"]+)"/.exec(text)?.[1];
  if (module?.startsWith('node:') || (module && notes.some((note) => note.text.includes('built into node')))) {
    return `the module '${module}', which Node alone has, imported by ${importer}`;
  }
  const missing = /No matching export in "([^"]+)" for import "([^"]+)"/.exec(text);
  if (missing) return `'${missing[2]}', which ${missing[1]} has in Node alone, imported by ${importer}`;
  return `what cannot be bundled: ${text}, in ${importer}`;
}
