import { join } from 'node:path';
import { type AnyRecipe, InputError } from '@s3/interface';
import { readArgumentSettings } from '../config/read-argument-settings.ts';
import { type ConfigSources, resolveConfig } from '../config/resolve-config.ts';
import type { Sweep } from './run-sweep.ts';
import { trialsOf } from './trials.ts';

/**
 * The settings of every run of a sweep, all of them read before the first begins.
 *
 * @param over settings and the values to try, as typed: `optimizer.learningRate=1e-2,1e-3`
 * @param sources settings that all runs have, `targetDir` among them
 * @throws SettingsError and InputError as `resolveConfig`, and for a setting that is also among the words
 */
export async function resolveTrials(
  recipe: AnyRecipe,
  over: readonly string[],
  sources: ConfigSources,
): Promise<Sweep & { readonly warnings: readonly string[] }> {
  const { words = [] } = sources;
  const trials = trialsOf(over);
  const given = new Set(readArgumentSettings(words).map(({ path }) => path.join('.')));
  const twice = Object.keys(trials[0]!.settings).find((setting) => given.has(setting));
  if (twice !== undefined) throw new InputError('command line', `${twice} beside --over`, 'it once', `Leave --${twice} out.`);
  const resolveWith = (more: readonly string[]) => resolveConfig(recipe, { ...sources, words: [...words, ...more] });

  const first = await resolveWith(wordsOf(trials[0]!.settings));
  const targetDir = String(first.config['targetDir']);
  const resolved = trials.map(async (trial) => {
    const { config } = await resolveWith([...wordsOf(trial.settings), '--targetDir', join(targetDir, trial.name)]);
    return { ...trial, config };
  });
  return { targetDir, trials: await Promise.all(resolved), warnings: first.warnings };
}

const wordsOf = (settings: { readonly [setting: string]: string }): string[] =>
  Object.entries(settings).map(([setting, value]) => `--${setting}=${value}`);
