import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { InputError, type Log, type Reduction, S3Error, WiringError } from '@s3/interface';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type Checkpoint, exists, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { checksum, fileChecksum } from '../checkpoint/checksum.ts';
import { configDifference, decisiveSettings } from '../checkpoint/config-difference.ts';
import { otherUpstream } from '../checkpoint/other-upstream.ts';
import { savedSettings } from '../checkpoint/saved-settings.ts';
import { newestCheckpoint, savedSteps } from '../checkpoint/train-folder.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { recoverDirectories, replaceDirectory, writeFlushed } from '../files/replace-directory.ts';
import { replaceFile } from '../files/replace-file.ts';
import { InterruptedError } from '../interrupted-error.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { isStopping } from '../parallel/is-stopping.ts';
import type { StepTime } from '../training/step-time.ts';
import type { Assembly, StageContext } from './stage-context.ts';
import { fileNames, stageMissing } from './stage-files.ts';

/** Content of `evaluate/index.json`: what was judged, and how the best is found. */
export const evaluationIndex = z.object({
  metric: z.string(),
  order: z.enum(['min', 'max']),
  /** metric to what guessing would score */
  chance: z.record(z.string(), z.number()).default({}),
  /** test set to the results on it, in the order of steps; folders are relative to the target directory */
  tests: z.record(z.string(), z.array(z.object({ checkpoint: z.string(), step: z.int(), folder: z.string() }))),
});

/** What a result was made from; one made from the same need not be made again. */
interface Source {
  readonly checkpoint: string;
  readonly weights: string;
  readonly testTable: string | undefined;
  readonly settings: string;
  readonly engine: string;
  readonly evalBatches: number;
}

/**
 * Stage 3: judges checkpoints on every test set.
 *
 * With a validation set only the best on it, in `evaluate/valid_best/TEST`; without one
 * every saved checkpoint, in `evaluate/TEST/step_N`, as S3PRL does for speaker
 * verification.
 *
 * @param relogAfter results after this step are reported to the observers even if they were there already
 */
export async function evaluateStage(stage: StageContext, assembly: Assembly, relogAfter: number): Promise<void> {
  const candidates = await candidatesOnAll(stage, assembly);
  for (const checkpoint of candidates) checkSameParts(stage, checkpoint);
  await judgeCheckpoints(stage, assembly, candidates, relogAfter);
}

/** Judges these checkpoints on every test set and writes `evaluate/index.json`; otherwise as `evaluateStage`. */
export async function judgeCheckpoints(
  stage: StageContext,
  assembly: Assembly,
  candidates: readonly Checkpoint[],
  relogAfter: number,
): Promise<void> {
  const { settings, sections, engine, observer, signal, communicator } = stage;
  const { problem, corpus } = assembly;
  const { targetDir, evalBatches } = settings;
  const { upstreamFingerprint: upstream } = assembly.task.model;
  const folders = fileNames(Object.keys(problem.tests));
  const tests: z.output<typeof evaluationIndex>['tests'] = Object.fromEntries(Object.keys(problem.tests).map((name) => [name, []]));

  const chance: { [metric: string]: number } = {};
  for (const checkpoint of candidates) {
    const name = basename(checkpoint.directory);
    const other = otherUpstream(checkpoint, assembly.task);
    if (other !== undefined) observer.message('warning', other);
    let isLoaded = false;
    for (const [testSet, phase] of Object.entries(problem.tests)) {
      const folder = folders.get(testSet)!;
      const path = join(targetDir, 'evaluate', ...(name === 'valid_best' ? [name, folder] : [folder, name]));
      if (communicator.rank === 0) await recoverDirectories(join(path, '..'));
      const source: Source = {
        checkpoint: name,
        weights: checksum(
          [checkpoint.files['model.safetensors'], checkpoint.files['task.safetensors'], ...(other ? [upstream] : [])].join(),
        ),
        testTable: corpus.tests[testSet],
        settings: checksum(JSON.stringify([...decisiveSettings(sections)])),
        engine: engine.library,
        evalBatches,
      };
      const { step, epoch } = checkpoint.state;
      let result = await fromRoot(communicator, () => finishedResult(path, source));
      if (!result || step > relogAfter) {
        if (!result) {
          if (!isLoaded) {
            await checkpoint.load('model', assembly.task.model);
            await checkpoint.load('task', assembly.task);
            isLoaded = true;
          }
          const label = `test ${testSet} of ${name}`;
          const reduction = await evaluate(phase, { label, evalBatches, observer, signal, communicator });
          if (communicator.rank === 0) await writeResult(path, reduction, source);
          result = reduction;
        }
        observer.logged({ split: 'test', testSet, step, epoch, log: result.log });
      }
      const { log } = result;
      Object.assign(chance, result.chance);
      if (!(problem.best.metric in log)) {
        throw new WiringError(
          `test ${testSet}`,
          `gives ${Object.keys(log).join(', ')}`,
          `the problem is judged by ${problem.best.metric}; let the task report it`,
        );
      }
      if (!Number.isFinite(log[problem.best.metric]))
        observer.message(
          'warning',
          `test ${testSet} of ${name}: ${problem.best.metric} is ${log[problem.best.metric]}, which results show as null`,
        );
      tests[testSet]!.push({ checkpoint: name, step, folder: relative(targetDir, path) });
      if (await isStopping(communicator, signal)) throw new InterruptedError('testing');
    }
  }
  if (communicator.rank !== 0) return;
  await replaceFile(join(targetDir, 'evaluate', 'index.json'), `${JSON.stringify({ ...problem.best, chance, tests }, null, 1)}\n`);
}

/** Rank 0 finds them; the other processes open the same. */
async function candidatesOnAll(stage: StageContext, assembly: Assembly): Promise<readonly Checkpoint[]> {
  let found: readonly Checkpoint[] | undefined;
  const directories = await fromRoot(stage.communicator, async () => {
    found = await checkpointsToJudge(stage, assembly);
    return found.map(({ directory }) => directory);
  });
  return found ?? (await Promise.all(directories.map((directory) => readCheckpoint(directory))));
}

async function checkpointsToJudge({ settings, observer }: StageContext, { problem }: Assembly): Promise<readonly Checkpoint[]> {
  const trainDir = join(settings.targetDir, 'train');
  const best = join(trainDir, 'valid_best');
  if (problem.valid) {
    if (await exists(best)) return [await readCheckpoint(best)];
    observer.message('warning', 'the validation set was never judged: every checkpoint is tested and the best on each test set reported');
  }
  const intact: Checkpoint[] = [];
  for (const { directory } of await savedSteps(trainDir)) {
    try {
      intact.push(await readCheckpoint(directory));
    } catch (error) {
      if (!S3Error.isInstance(error)) throw error;
      observer.message('warning', `passing over a broken checkpoint, ${basename(directory)}: ${error.message}`);
    }
  }
  const scheduled = intact.filter(({ state }) => state.scheduled);
  if (intact.length === 0) throw stageMissing(2, trainDir, 'no intact checkpoint');
  return scheduled.length > 0 ? scheduled : intact;
}

/** @throws InputError when the parts are built otherwise than they were trained */
function checkSameParts({ recipe, sections }: StageContext, { config, directory }: Checkpoint): void {
  const parts = (all: { readonly [section: string]: unknown }) => Object.fromEntries(recipe.partNames.map((name) => [name, all[name]]));
  const differences = configDifference(parts(savedSettings(recipe, config)), parts(sections));
  if (differences.length === 0 || sections.training.onConfigChange === 'continue') return;
  throw new InputError(
    directory,
    `a checkpoint made with other settings (then → now): ${differences.join('; ')}`,
    'the same settings',
    'Go back to them, or judge it all the same with training.onConfigChange continue.',
  );
}

async function writeResult(path: string, { log, chance, files = {}, figures = [] }: Reduction<Log>, source: Source): Promise<void> {
  const contents: { [file: string]: string | Uint8Array } = {
    'result.yaml': stringify(log),
    'figures.json': `${JSON.stringify(figures)}\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    if (name !== basename(name) || name in contents || name === 'source.json' || name.startsWith('.')) {
      throw new WiringError(
        'the task',
        `names a result file '${name}'`,
        'it is a plain file name other than result.yaml, figures.json and source.json',
      );
    }
    contents[name] = content;
  }
  const checksums = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, checksum(content)]));
  await replaceDirectory(path, async (directory) => {
    for (const [name, content] of Object.entries(contents)) await writeFlushed(join(directory, name), content);
    await writeFlushed(join(directory, 'source.json'), `${JSON.stringify({ ...source, chance, files: checksums }, null, 1)}\n`);
  });
}

/** A result that is complete and was made from the same. */
async function finishedResult(path: string, source: Source): Promise<Pick<Reduction<Log>, 'log' | 'chance'> | undefined> {
  try {
    const { files, chance, ...found } = JSON.parse(await readFile(join(path, 'source.json'), 'utf8')) as Source & {
      readonly chance?: Log;
      readonly files: { readonly [file: string]: string };
    };
    if (JSON.stringify(found) !== JSON.stringify(source)) return undefined;
    for (const [file, expected] of Object.entries(files)) if ((await fileChecksum(join(path, file))) !== expected) return undefined;
    const log = parse(await readFile(join(path, 'result.yaml'), 'utf8')) as Log;
    return chance ? { log, chance } : { log };
  } catch {
    return undefined;
  }
}

/** Steps and seconds of training that the newest checkpoint knows of, and where the seconds of its steps went. */
export async function trainedSoFar(
  targetDir: string,
): Promise<{ readonly steps: number; readonly seconds: number; readonly time?: StepTime | undefined }> {
  const newest = await newestCheckpoint(join(targetDir, 'train'), () => {});
  return { steps: newest?.state.step ?? 0, seconds: newest?.state.seconds ?? 0, time: newest?.state.time };
}
