import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyRecipe } from '@s3/interface';
import { parse } from 'yaml';
import { configDifference } from '../checkpoint/config-difference.ts';
import { fullSchema } from '../config/run-settings.ts';
import type { RunResult } from '../run.ts';

type Settings = { readonly [setting: string]: unknown };

/** What may differ between two runs of which one need not be made. */
const circumstances = new Set(['engine', 'workers', 'cacheDir', 'targetDir', 'start', 'stop']);

/** Whether the run in a folder was last called with these settings, as far as they decide what becomes of it. */
export async function hasSettings(folder: string, config: Settings, recipe: AnyRecipe): Promise<boolean> {
  try {
    const latest = (await readdir(join(folder, 'configs'))).sort().at(-1)!;
    const earlier = parse(await readFile(join(folder, 'configs', latest), 'utf8')) as Settings;
    return configDifference(complete(recipe, earlier), complete(recipe, config), circumstances).length === 0;
  } catch {
    return false;
  }
}

/** What the run in a folder found, where it is finished and was made with these settings. */
export async function finishedRun(
  folder: string,
  config: Settings,
  recipe: AnyRecipe,
): Promise<Pick<RunResult, 'tests' | 'chance'> | undefined> {
  if (!(await hasSettings(folder, config, recipe))) return undefined;
  try {
    const { tests, chance } = JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')) as RunResult;
    return { tests, ...(chance && { chance }) };
  } catch {
    return undefined;
  }
}

/** With defaults, which settings that are newer than a run had; as a file holds it, where what is undefined is not there. */
function complete(recipe: AnyRecipe, config: Settings): Settings {
  const { data } = fullSchema(recipe).safeParse(config);
  return JSON.parse(JSON.stringify(data ?? config));
}
