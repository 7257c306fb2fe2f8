import { resolve } from 'node:path';
import { InputError } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { type Command, InvalidArgumentError } from 'commander';
import { checkpointOverrides, refuseUnread } from './checkpoint/checkpoint-overrides.ts';
import { checkpointRecipe, recipeOption, recipesWith } from './checkpoint/checkpoint-recipe.ts';
import type { InstalledRecipe } from './installed-recipes.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'stdout' | 'stderr'>;

interface ServeOptions {
  readonly port: number;
  readonly build?: string;
  readonly speakerModel?: string;
  readonly recipe?: string;
}

/** Adds `s3 serve`: a page that runs a checkpoint in the browser, served to this computer or written as a folder. */
export function addServeCommand(command: Command, { recipes, stdout }: Program): void {
  command
    .command('serve')
    .helpGroup('Trained checkpoints:')
    .summary('use a checkpoint in a page')
    .argument('<checkpoint>', 'folder of a checkpoint, such as exp/asv/train/step_600, or a zip of it')
    .argument('[settings...]', 'settings that differ from those of the checkpoint, such as --task.decoder.type greedy')
    .usage('<checkpoint> [--port n | --build folder] [--task.setting value ...]')
    .allowUnknownOption()
    .description('use a checkpoint in a page: recordings and microphone stay on this computer, and the browser computes')
    .option('--port <number>', 'port of this computer; a free one unless given', port, 0)
    .option('--build <folder>', 'write the page as a folder for any web server (https, for the microphone), instead of serving it')
    .option(
      '--speakerModel <checkpoint>',
      'for who speaks when: a speaker verification checkpoint that knows a speaker again in a long recording',
    )
    .addOption(recipeOption())
    .addHelpText(
      'after',
      `
Examples:
  s3 serve runs/quickstart/train/step_300
  s3 serve exp/asr/train/valid_best --task.decoder.type greedy
  s3 serve runs/quickstart/train/step_300 --build page`,
    )
    .action(async (checkpoint: string, settings: readonly string[], { port, build, speakerModel, recipe: module }: ServeOptions) => {
      const known = await recipesWith(recipes, module);
      const recipe = await checkpointRecipe(known, checkpoint);
      if (speakerModel !== undefined) await checkpointRecipe(known, speakerModel);
      const { pageContent, pageRecipes, servePage, writePage } = await import('@s3/pages');
      const entry = known.find(({ name }) => name === recipe.name);
      const page = entry === known[0] && module !== undefined ? moduleAlone(module) : (entry as Partial<InstalledRecipe>).page;
      const own = page && { name: recipe.name, ...page };
      if (!own && !(pageRecipes as readonly string[]).includes(recipe.name)) {
        const expected = `one of ${pageRecipes.join(', ')}, or of a package of its own`;
        throw new InputError(checkpoint, `a checkpoint of the recipe '${recipe.name}', which no page shows`, expected, 'Use `s3 predict`.');
      }
      const given = await checkpointOverrides(recipe, checkpoint, settings);
      refuseUnread(given, new Set(recipe.partNames), 'a page');
      const overrides = Object.fromEntries(Object.entries(given.overrides).filter(([section]) => recipe.partNames.includes(section)));
      const content = await pageContent(checkpoint, { overrides, recipe: own, speakerModel });
      if (build !== undefined) {
        await writePage(content, build);
        stdout.write(`${build}: a page of ${content.size} files, for any web server\n`);
        return;
      }
      const { address, close } = await servePage(content, { port });
      const asked = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      stdout.write(`${address}\nCtrl-C ends it.\n`);
      await asked;
      await close();
    });
}

/** A module that no `package.json` names: it is taken whole. */
function moduleAlone(path: string): InstalledRecipe['page'] {
  return { module: resolve(path), manifest: resolve(path) };
}

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('It has to be a whole number from 0 to 65535.');
  return value;
}
