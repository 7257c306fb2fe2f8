import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { type RecipeEntry, recipeOfModule } from '@s3/trainer/command-line';
import { z } from 'zod';
import { otherContract } from './other-contract.ts';

/** What a package says of its recipes: `"s3": { "recipes": [{ "name", "summary", "module", "task" }] }` in its `package.json`. */
const manifestSchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
  s3: z
    .object({
      recipes: z.array(
        z.object({
          name: z.string().min(1),
          summary: z.string().min(1),
          // a file of the package, as in "exports"
          module: z.string().startsWith('./'),
          // the half of it that needs no files, for pages
          task: z.string().startsWith('./').optional(),
        }),
      ),
    })
    .optional(),
});
type Manifest = z.output<typeof manifestSchema>;

/** A recipe of a package that is installed. */
export interface InstalledRecipe extends RecipeEntry {
  /** for pages: the module of the half that needs no files, else that of the whole; and what names it */
  readonly page: { readonly module: string; readonly manifest: string };
}

export interface InstalledRecipes {
  readonly recipes: readonly InstalledRecipe[];
  /** a sentence for each package whose recipes cannot be listed, or that was made for another contract, whatever it has */
  readonly problems: readonly string[];
}

/**
 * The recipes of the packages that the project around a folder depends on, and of that project itself.
 *
 * Only `package.json` files are read; a recipe is loaded when it is asked for.
 *
 * @param taken names that a recipe from elsewhere cannot have
 */
export function installedRecipes(folder: string, taken: readonly string[]): InstalledRecipes {
  const project = projectAround(folder);
  if (project === undefined) return { recipes: [], problems: [] };
  const recipes: InstalledRecipe[] = [];
  const problems: string[] = [];
  const names = new Set(taken);
  for (const place of [project, ...dependenciesOf(project)]) {
    const manifest = readManifest(place);
    if (typeof manifest === 'string') {
      problems.push(manifest);
      continue;
    }
    const other = manifest && otherContract(manifest);
    if (other) problems.push(`${join(place, 'package.json')}: found ${other.found}; expected ${other.expected}. ${other.remedy}`);
    for (const { name, summary, module, task = module } of manifest?.s3?.recipes ?? []) {
      const page = { module: join(place, task), manifest: join(place, 'package.json') };
      if (names.has(name)) problems.push(`${join(place, 'package.json')}: there is a recipe '${name}' already; this one is left out`);
      else recipes.push({ name, summary, load: () => load(place, name, module, manifest!), page });
      names.add(name);
    }
  }
  return { recipes, problems };
}

/** The nearest folder upwards that has a `package.json`. */
function projectAround(folder: string): string | undefined {
  for (let place = resolve(folder); ; place = dirname(place)) {
    if (existsSync(join(place, 'package.json'))) return place;
    if (dirname(place) === place) return undefined;
  }
}

function dependenciesOf(project: string): readonly string[] {
  const manifest = readManifest(project);
  if (typeof manifest !== 'object') return [];
  const names = Object.keys({ ...manifest.devDependencies, ...manifest.optionalDependencies, ...manifest.dependencies });
  return names.flatMap((name) => {
    for (let place = project; ; place = dirname(place)) {
      const candidate = join(place, 'node_modules', name);
      if (existsSync(join(candidate, 'package.json'))) return [candidate];
      if (dirname(place) === place) return [];
    }
  });
}

/** undefined where there is none; a sentence where it cannot be used */
function readManifest(place: string): Manifest | string | undefined {
  const path = join(place, 'package.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const { path: where, message } = parsed.error.issues[0]!;
    // other people's manifests may be as they like, as long as they say nothing of s3
    return where[0] === 's3' ? `${path}: ${where.join('.')}: ${message}; its recipes are left out` : undefined;
  } catch (error) {
    return `${path}: ${(error as Error).message}`;
  }
}

/** @throws InputError for a recipe of another contract, one that is not there, or one of another name */
async function load(place: string, name: string, module: string, manifest: Manifest) {
  const other = otherContract(manifest);
  if (other) throw new InputError(`recipe ${name} of ${join(place, 'package.json')}`, other.found, other.expected, other.remedy);
  const path = join(place, module);
  const recipe = await recipeOfModule(path);
  if (recipe.name === name) return recipe;
  throw new InputError(
    path,
    `a recipe that calls itself '${recipe.name}'`,
    `'${name}', as its package.json says`,
    'Give it the same name in both.',
  );
}
