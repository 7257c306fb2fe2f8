import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AnyRecipe, InputError, type Log } from '@s3/interface';
import { z } from 'zod';
import { exists } from '../checkpoint/checkpoint.ts';
import { replaceFile } from '../files/replace-file.ts';
import { observeAll } from '../observers/observer.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { oneProcess } from '../parallel/one-process.ts';
import { type RunOptions, type RunResult, runRecipe } from '../run.ts';
import { finishedRun, hasSettings } from '../stages/finished-run.ts';
import { isBetter } from '../training/is-better.ts';
import { sweepPage } from './sweep-page.ts';
import type { Trial } from './trials.ts';

type Settings = { readonly [setting: string]: unknown };

/** What a sweep tries. */
export interface Sweep {
  /** folder of all runs */
  readonly targetDir: string;
  /** with the settings of each run, whose target directory is of its own */
  readonly trials: readonly (Trial & { readonly config: Settings })[];
}

/** A run of a sweep, as far as it has come. */
export interface SweepRun extends Trial {
  readonly targetDir: string;
  /** the best on the validation set; null where it was no finite number, absent where the run has not come so far */
  readonly value?: number | null | undefined;
  /** step after which that was */
  readonly step?: number | undefined;
  readonly seconds?: number | undefined;
  /** why it ended early */
  readonly failed?: string | undefined;
}

/** What a sweep found; also the content of `sweep.json`. */
export interface SweepResult {
  readonly recipe: string;
  /** validation metric that decides, once a run has one */
  readonly metric?: string | undefined;
  readonly order?: 'min' | 'max' | undefined;
  readonly runs: readonly SweepRun[];
  /** the run that is the best on the validation set, once all are there */
  readonly best?: string | undefined;
  /** its tests */
  readonly tests?: RunResult['tests'] | undefined;
  /** metric to what guessing would score */
  readonly chance?: Log | undefined;
}

/**
 * Trains a recipe once for each of several settings, chooses the run that is the best on the validation set, and tests that one.
 *
 * The test sets have no say in the choice. What is there already is not made again, and a run that was stopped goes on; after one
 * that fails come the others. `sweep.json` and `sweep.html` say after each run how far it is.
 *
 * @throws InputError where nothing is judged on a validation set, and in the end where a run failed
 * @throws InterruptedError when the signal asked to stop
 */
export async function runSweep(recipe: AnyRecipe, { targetDir, trials }: Sweep, options: RunOptions): Promise<SweepResult> {
  const communicator = options.communicator ?? oneProcess;
  const observer = observeAll(communicator.rank === 0 ? options.observers : []);
  for (const { config } of trials) checkSettings(recipe, config);
  const earlier = await fromRoot(communicator, () => earlierRuns(targetDir));
  const before = await fromRoot(communicator, () =>
    Promise.all(trials.map(({ name, config }) => trainedBefore(earlier, name, config, recipe))),
  );
  let result: SweepResult = {
    recipe: recipe.name,
    ...(before.some(Boolean) && { metric: earlier?.metric, order: earlier?.order }),
    runs: trials.map(({ name, settings }, index) => ({ name, settings, targetDir: join(targetDir, name), ...before[index] })),
  };
  const change = async (more: Partial<SweepResult>): Promise<void> => {
    result = { ...result, ...more };
    await fromRoot(communicator, () => writeSweep(targetDir, result));
  };
  const finished = (index: number, more: Partial<SweepRun>) =>
    result.runs.map((one, place) => (place === index ? { ...one, ...more } : one));

  for (const [index, { name, config }] of trials.entries()) {
    if (before[index]) {
      observer.message('info', `${name}: trained before`);
      continue;
    }
    observer.message('info', `${name}: run ${index + 1} of ${trials.length}`);
    try {
      const { validation, seconds } = await runRecipe(recipe, { ...config, stop: 2 }, options);
      if (!validation) throw unjudged(recipe, 'none in its data');
      const { metric, order, value, step } = validation;
      await change({ metric, order, runs: finished(index, { value, step, seconds }) });
    } catch (error) {
      // several processes end together
      if (options.signal?.aborted || communicator.size > 1) throw error;
      const text = error instanceof Error ? error.message : String(error);
      observer.message('warning', `${name} failed: ${text}`);
      await change({ runs: finished(index, { failed: text.split('\n')[0]! }) });
    }
  }
  refuseFailed(result);

  const best = bestOf(result);
  const { config } = trials[result.runs.indexOf(best)]!;
  observer.message('info', `${best.name} is the best on the validation set, and is tested`);
  const tested = await fromRoot(communicator, () => finishedRun(best.targetDir, config, recipe));
  const { tests, chance } = tested ?? (await runRecipe(recipe, { ...config, start: 3 }, options));
  await change({ best: best.name, tests, chance });
  return result;
}

/** Says before hours of training that nothing could choose among what they give. */
function checkSettings(recipe: AnyRecipe, { training, start, stop }: Settings): void {
  if ((start ?? 0) !== 0 || (stop ?? null) !== null) {
    throw new InputError(
      'start and stop',
      `${start} and ${stop}`,
      'all stages',
      'Leave them out: a sweep trains every run, and tests the best.',
    );
  }
  const { evalStep, evalEachEpoch } = (training ?? { evalEachEpoch: true }) as Settings;
  if ((evalStep ?? null) === null && evalEachEpoch !== true) throw unjudged(recipe, 'training.evalStep null');
}

function unjudged({ name }: AnyRecipe, found: string): InputError {
  return new InputError(
    name,
    `no validation set that is judged while training (${found})`,
    'one, since the best run is chosen on it',
    'Give the corpus a validation set, and training.evalStep.',
  );
}

function bestOf({ runs, order }: SweepResult): SweepRun {
  const best = runs.reduce((first, second) => (isBetter(validationOf(second), validationOf(first), order!) ? second : first));
  if (Number.isFinite(validationOf(best))) return best;
  throw new InputError('the sweep', 'no run whose validation gives a number', 'one at least', 'Try other values; all of these diverge.');
}

const validationOf = ({ value }: SweepRun): number => value ?? Number.NaN;

function refuseFailed({ runs }: SweepResult): void {
  const failed = runs.flatMap(({ name, failed: reason }) => (reason === undefined ? [] : [name]));
  if (failed.length === 0) return;
  throw new InputError(
    'the sweep',
    `${failed.length} of ${runs.length} runs that failed, as said above: ${failed.join('; ')}`,
    'every run to be trained before the best is tested',
    'Mend that, or leave those values out, and give the same command again: what is trained is kept.',
  );
}

const earlierSchema = z.object({
  metric: z.string(),
  order: z.enum(['min', 'max']),
  runs: z.array(
    z.object({
      name: z.string(),
      targetDir: z.string(),
      value: z.number().nullish(),
      step: z.int().optional(),
      seconds: z.number().optional(),
    }),
  ),
});
type Earlier = z.output<typeof earlierSchema>;

/** What an earlier call left in the folder; what cannot be read is made again from the runs themselves. */
async function earlierRuns(targetDir: string): Promise<Earlier | undefined> {
  try {
    return earlierSchema.parse(JSON.parse(await readFile(join(targetDir, 'sweep.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

async function trainedBefore(
  earlier: Earlier | undefined,
  name: string,
  config: Settings,
  recipe: AnyRecipe,
): Promise<Pick<SweepRun, 'value' | 'step' | 'seconds'> | undefined> {
  const one = earlier?.runs.find((run) => run.name === name);
  if (one?.value === undefined) return undefined;
  const folder = resolve(String(config['targetDir']));
  if (!(await exists(join(folder, 'train', 'valid_best'))) || !(await hasSettings(folder, config, recipe))) return undefined;
  return { value: one.value, step: one.step, seconds: one.seconds };
}

async function writeSweep(targetDir: string, result: SweepResult): Promise<void> {
  await replaceFile(join(targetDir, 'sweep.json'), `${JSON.stringify(result, null, 2)}\n`);
  await replaceFile(join(targetDir, 'sweep.html'), await sweepPage(result));
}
