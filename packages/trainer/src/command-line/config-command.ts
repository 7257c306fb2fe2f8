import { writeFile } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { z } from 'zod';
import { previewConfig } from '../config/resolve-config.ts';
import { fullSchema } from '../config/run-settings.ts';
import { settingsYaml } from '../config/settings-yaml.ts';
import type { CommandContext } from './command-context.ts';
import { findRecipe } from './find-recipe.ts';
import { settingsMarkdown } from './settings-markdown.ts';

/**
 * Prints a recipe's settings, those given and the defaults of the others, as YAML or as JSON with their JSON Schema; or
 * tables of all of them as Markdown.
 *
 * @throws InputError for a file that cannot be written
 * @throws SettingsError for settings that are unknown or of another type
 */
export async function configCommand(
  context: CommandContext,
  recipeName: string | undefined,
  words: readonly string[],
  {
    files,
    json,
    markdown,
    dump,
  }: { readonly files: readonly string[]; readonly json: boolean; readonly markdown: boolean; readonly dump?: string },
): Promise<void> {
  const recipe = await findRecipe(context, recipeName);
  const { values, root, warnings } = await previewConfig(recipe, { files, words });
  for (const warning of warnings) context.stderr.write(`warning: ${warning}\n`);
  const full = fullSchema(recipe);
  const schema = () => z.toJSONSchema(full, { io: 'input', unrepresentable: 'any' });
  const text = json
    ? `${JSON.stringify({ recipe: recipe.name, summary: recipe.summary, config: values, schema: schema() }, null, 2)}\n`
    : markdown
      ? settingsMarkdown(full)
      : settingsYaml(root, values, `${recipe.name}: ${recipe.summary}\n??? stands for a value that has to be given.`);
  if (dump === undefined) {
    context.stdout.write(text);
    return;
  }
  await writeFile(dump, text).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      dump,
      `a file that cannot be written (${error.code ?? error.message})`,
      'a path for the settings',
      'Give another path to --dump.',
      {
        cause: error,
      },
    );
  });
  context.stderr.write(`settings written to ${dump}\n`);
}
