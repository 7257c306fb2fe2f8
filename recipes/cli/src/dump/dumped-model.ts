import { type AnyRecipe, type Featurizer, InputError, parseConfig, type Upstream } from '@s3/interface';
import { loadModel, userCacheDir } from '@s3/trainer';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';
import { checkpointRecipe, recipesWith } from '../checkpoint/checkpoint-recipe.ts';
import type { DumpCommandOptions } from './dump-command.ts';

/** What features are taken from. */
export interface DumpedModel {
  readonly upstream: Upstream;
  readonly featurizer?: Featurizer;
  /** what it is called in `dump.json`; a dump by another is not continued */
  readonly source: string;
}

/**
 * The upstream of a name or a path, or upstream and featurizer of a checkpoint.
 *
 * @throws InputError when none or both are given, and as `namedUpstream` and `loadModel`
 */
export async function dumpedModel(
  options: DumpCommandOptions,
  recipes: CommandLineOptions['recipes'],
  onMessage: (text: string) => void,
): Promise<DumpedModel> {
  const { 'upstream.name': name, 'upstream.path': path, checkpoint } = options;
  const given = Object.entries({ '--upstream.name': name, '--upstream.path': path, '--checkpoint': checkpoint }).filter(
    ([, value]) => value,
  );
  if (given.length === 0 || (checkpoint !== undefined && given.length > 1)) {
    throw new InputError(
      'command line',
      given.length === 0 ? 'no upstream' : given.map(([option]) => option).join(' and '),
      '--upstream.name, --upstream.path, or --checkpoint',
      'Say which upstream is to be dumped, such as --upstream.name fbank.',
    );
  }
  if (checkpoint !== undefined) {
    const recipe = await checkpointRecipe(await recipesWith(recipes, options.recipe), checkpoint);
    return { ...(await partsOf(recipe, checkpoint, onMessage)), source: checkpoint };
  }
  if (options.content === 'featurized') {
    const remedy = 'Name a checkpoint, such as --checkpoint exp/ks/train/step_600, or dump hidden states.';
    throw new InputError('command line', '--content featurized without --checkpoint', 'a trained featurizer', remedy);
  }
  const normalize = options['upstream.normalize'] ?? false;
  // in a section of that name, so that errors name the options
  const { upstream: settings } = parseConfig('s3 dump', z.object({ upstream: namedUpstream.config }), {
    upstream: { name: name ?? 'hf_custom', ...(path && { path }), normalize, offline: options['upstream.offline'] ?? false },
  });
  return {
    upstream: await namedUpstream({ cacheDir: userCacheDir() }, settings),
    source: [name, path, normalize && 'normalized'].filter(Boolean).join(', '),
  };
}

type Part = ((...build: never[]) => unknown) & { readonly config: unknown };

/** Upstream and featurizer of a checkpoint: the recipe builds its model of parts that tell what they made. */
async function partsOf(recipe: AnyRecipe, checkpoint: string, onMessage: (text: string) => void): Promise<Omit<DumpedModel, 'source'>> {
  const { spec, with: exchange } = recipe as unknown as {
    readonly spec?: { readonly parts: { readonly upstream?: Part; readonly featurizer?: Part } };
    readonly with: (parts: object) => AnyRecipe;
  };
  const made: { upstream?: Promise<Upstream>; featurizer?: Promise<Featurizer> } = {};
  const telling = (name: keyof typeof made, part: Part) => {
    const build = (...given: never[]) => {
      const built = part(...given);
      made[name] = Promise.resolve(built) as never;
      return built;
    };
    return Object.assign(build, part);
  };
  const { upstream, featurizer } = spec?.parts ?? {};
  if (!upstream || !featurizer) {
    throw new InputError(
      checkpoint,
      `a checkpoint of ${recipe.name}`,
      'one whose recipe has an upstream and a featurizer',
      'Name another one.',
    );
  }
  const parts = { upstream: telling('upstream', upstream), featurizer: telling('featurizer', featurizer) };
  await loadModel(exchange(parts), checkpoint, { onMessage });
  return { upstream: await made.upstream!, featurizer: await made.featurizer! };
}
