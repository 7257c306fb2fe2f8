// Tables of every setting, from the schemas that `s3 config` prints and that runs are checked with.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installedRecipes } from '@s3/cli/installed-recipes';
import { recipes as ownRecipes } from '@s3/cli/recipes';
import { fullSchema, settingsMarkdown } from '@s3/trainer';
import { z } from 'zod';
import { root } from '../scripts/workspace.mjs';

/** A page for each recipe, of this workspace and of the packages that it has installed. */
export async function recipeSettings() {
  const names = ownRecipes.map(({ name }) => name);
  const { recipes: installed, problems } = installedRecipes(root, names);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const pages = [];
  for (const entry of [...ownRecipes, ...installed]) {
    const recipe = await entry.load();
    pages.push({
      name: recipe.name,
      to: `settings/${recipe.name}`,
      text: `# Settings of ${recipe.name}

${recipe.summary}. Made from the recipe's schemas: \`npx s3 config ${recipe.name}\` prints the same as YAML, \`npx s3 run ${recipe.name} --help\` as help. How they are given: [settings](/settings/).

${settingsMarkdown(fullSchema(recipe))}`,
    });
  }
  return pages;
}

/**
 * One page with the settings of every component that a package exports.
 *
 * @param entries entry points of the packages, with their names and folders
 * @returns the page, and where each component's settings are: `@s3/downstream xvector` to an address
 */
export async function componentSettings(entries) {
  const sections = [];
  const addresses = new Map();
  const to = 'settings/components';
  for (const { name, folder } of entries) {
    // the s3 command runs when it is imported
    if (name === '@s3/cli' || name.endsWith('/testing')) continue;
    const path = createRequire(join(root, folder, 'package.json')).resolve(name);
    const module = await import(pathToFileURL(path).href);
    const tables = Object.entries(module).flatMap(([member, value]) => {
      const schema =
        value instanceof z.ZodObject ? value : value?.config instanceof z.ZodObject && value.componentName ? value.config : undefined;
      if (!schema || member === 'default') return [];
      addresses.set(`${name} ${member}`, `/${to}#${member.toLowerCase()}`);
      const table = Object.keys(schema.shape).length > 0 ? settingsMarkdown(schema, { divided: false }) : 'It has none.\n';
      return [`### ${member}\n\n${table}`];
    });
    if (tables.length > 0) sections.push(`## ${name}\n\n${tables.join('\n')}`);
  }
  const text = `# Settings of components

What each component that a package exports can be told, made from its schema; some are schemas alone, which recipes take over. In a recipe a component's settings stand below the name of its part, as \`downstream.hiddenSize\`, and may
have other defaults: see the pages of the recipes.

${sections.join('\n')}`;
  return { page: { name: 'Components', to, text }, addresses };
}
