import { basename, join } from 'node:path';
import { type AnyRecipe, InputError, parseConfig } from '@s3/interface';
import { isMapping, type Mapping } from '../config/assignment.ts';
import { fullSchema } from '../config/run-settings.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checksum } from './checksum.ts';

/** Settings that say how a task is judged or where, and change no network; test sets have sections of their own. */
const changeable = ['task', 'engine', 'workers', 'cacheDir', 'evalBatches'];
const isChangeable = (section: string): boolean => changeable.includes(section) || section.startsWith('test');

/** What differs from the settings of the checkpoint. @throws InputError for what cannot differ, all of it listed */
export function changesOf(recipe: AnyRecipe, { directory, state, config }: Checkpoint, now: Mapping): readonly string[] {
  if (state.recipe !== recipe.name) {
    throw new InputError(
      directory,
      `a checkpoint of recipe ${state.recipe}`,
      `one of ${recipe.name}`,
      'Test it with the recipe that made it.',
    );
  }
  const schema = fullSchema(recipe);
  const known = Object.fromEntries(Object.entries(config).filter(([section]) => section in schema.shape));
  const [before, after] = [flat(parseConfig(join(directory, 'config.yaml'), schema, known)), flat(now)];
  const changes: string[] = [];
  const refused: string[] = [];
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [first, second] = [before.get(path) ?? 'not set', after.get(path) ?? 'not set'];
    if (first === second) continue;
    const section = path.split('.')[0]!;
    const change = `${path}: ${first} → ${second}`;
    if (isChangeable(section)) changes.push(change);
    else refused.push(`${change} (${recipe.partNames.includes(section) ? 'the network is built of it' : 'testing does not read it'})`);
  }
  if (refused.length > 0) {
    throw new InputError(
      'command line',
      `settings that a finished checkpoint cannot be tested with: ${refused.join('; ')}`,
      `changes of ${changeable.join(', ')} and of what the test sets have of their own alone`,
      'Leave them out; for another network, train another run.',
    );
  }
  // where it is computed is no change of what is judged
  return changes.filter((change) => !/^(engine|workers|cacheDir):/.test(change));
}

/** Every setting by its dotted path, as JSON. */
function flat(settings: Mapping, prefix = ''): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const [key, value] of Object.entries(settings)) {
    if (isMapping(value)) for (const [path, inner] of flat(value, `${prefix}${key}.`)) paths.set(path, inner);
    else if (value !== undefined) paths.set(`${prefix}${key}`, JSON.stringify(value));
  }
  return paths;
}

/** What the results of such changes are called: `decoder.type-beam_decoder.lm-4-gram.arpa.gz`; a long name is cut and kept apart by a checksum. */
export function titleOf(changes: readonly string[]): string {
  if (changes.length === 0) return 'unchanged';
  const parts = changes.map((change) => {
    const [, path, value] = /^(.*?): .* → (.*)$/s.exec(change)!;
    const text = value!.replaceAll('"', '');
    return `${path!.replace(/^task\./, '')}-${text.includes('/') ? basename(text) : text}`;
  });
  const title = parts.join('_');
  return title.length <= 100 ? title : `${title.slice(0, 90)}-${checksum(changes.join()).slice(0, 8)}`;
}
