import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type AnyRecipe, InputError, type Log, parseConfig } from '@s3/interface';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Checkpoint, exists, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { changesOf, titleOf } from '../checkpoint/checkpoint-changes.ts';
import { unpackedCheckpoint } from '../checkpoint/unpacked-checkpoint.ts';
import { fullSchema } from '../config/run-settings.ts';
import { withFileTrouble } from '../files/file-trouble.ts';
import { removeDirectory } from '../files/replace-directory.ts';
import { replaceFile } from '../files/replace-file.ts';
import { clearRemains, makeCache, makeTarget, writeConfig } from '../files/target-directory.ts';
import { lockTarget } from '../files/target-lock.ts';
import { observeAll } from '../observers/observer.ts';
import { checkAgreement } from '../parallel/check-agreement.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { oneProcess } from '../parallel/one-process.ts';
import { writeReport } from '../report/write-report.ts';
import { assemble, type RunOptions, type RunResult } from '../run.ts';
import { readCorpus } from '../stages/corpus-files.ts';
import { evaluationIndex, judgeCheckpoints } from '../stages/evaluate-stage.ts';
import { reportStage } from '../stages/report-stage.ts';
import { stageContext } from '../stages/stage-context.ts';
import { fileNames } from '../stages/stage-files.ts';

/** Which checkpoint is tested again, and with which settings. */
export interface CheckpointTest {
  /** folder of a checkpoint where its run left it, such as `exp/asr/train/valid_best`; or a zip of the run, which is unpacked beside itself */
  readonly checkpoint: string;
  /** every setting, those of the checkpoint with what is to be tried */
  readonly config: { readonly [setting: string]: unknown };
  /** what the results are called; made of what was changed unless given */
  readonly name?: string | undefined;
  /** test sets of the run; all unless given */
  readonly testSets?: readonly string[] | undefined;
}

/** What testing it again found. */
export interface CheckpointTestResult extends RunResult {
  /** folder of the results, in `tests` beside what the run left */
  readonly folder: string;
  /** what was changed: `task.decoder.type: "greedy" → "beam"` */
  readonly changes: readonly string[];
  /** what the run itself found with this checkpoint, test set to metrics */
  readonly before: { readonly [testSet: string]: Log };
}

/**
 * Judges a checkpoint again on the test sets of its run, with other settings of its task; nothing is trained.
 *
 * Results go to `TARGET/tests/NAME`, laid out as those of a run. The run's own are left alone. Several processes share the batches;
 * rank 0 alone writes files and is observed.
 *
 * @throws InputError for settings that would change the network or that testing does not read, a checkpoint without
 *   its run, a test set that the run did not have, a name that has been given to other settings
 * @throws StateError for settings of the task that change the shape of a weight
 */
export async function testCheckpoint(
  recipe: AnyRecipe,
  { checkpoint, config, name, testSets }: CheckpointTest,
  options: RunOptions,
): Promise<CheckpointTestResult> {
  const began = performance.now();
  const communicator = options.communicator ?? oneProcess;
  const isRoot = communicator.rank === 0;
  const observer = observeAll(isRoot ? options.observers : []);
  try {
    const unpacked = await fromRoot(communicator, () => unpackedCheckpoint(checkpoint));
    const saved = await readCheckpoint(resolve(unpacked.checkpoint));
    const runDir = dirname(dirname(saved.directory));
    const parsed = parseConfig(recipe.name, fullSchema(recipe), config);
    const changes = changesOf(recipe, saved, parsed);
    const corpus = await corpusOf(runDir, testSets);
    const title = fileNames([name ?? titleOf(changes)])
      .values()
      .next().value!;
    const folder = join(runDir, 'tests', title);
    if (isRoot) await refuseOtherChanges(folder, saved, changes);

    const stage = stageContext(recipe, parsed, {
      targetDir: folder,
      // what reading the corpus says of its rows is said of the run's own tables
      tablesDir: runDir,
      seed: saved.state.seed,
      observer,
      engine: options.engine,
      signal: options.signal,
      communicator,
    });
    await makeCache(stage.context.cacheDir);
    const assembly = await assemble(stage, corpus, saved.encoders);
    try {
      if (isRoot) await makeTarget(folder);
      const unlock = isRoot ? await lockTarget(folder) : async () => {};
      try {
        await fromRoot(communicator, async () => {
          await clearRemains(folder);
          // judged anew: files that settings name may have another content by now
          await removeDirectory(join(folder, 'evaluate'));
          await writeConfig(folder, parsed);
          await replaceFile(join(folder, changesName), `${JSON.stringify({ checkpoint: basename(saved.directory), changes }, null, 1)}\n`);
        });
        await checkAgreement(stage, changesName);
        await judgeCheckpoints(stage, assembly, [saved], Number.NEGATIVE_INFINITY);
        return await fromRoot(communicator, async () => {
          const report = await reportStage(folder);
          const head = { recipe: recipe.name, version: stage.version, engine: stage.engine.name } as const;
          const seconds = Math.round(performance.now() - began) / 1000;
          const result: RunResult = { ...head, seconds, steps: saved.state.step, ...report };
          await replaceFile(join(folder, 'metrics.json'), `${JSON.stringify(result, null, 2)}\n`);
          await writeReport(folder);
          return { ...result, folder, changes, before: await resultsBefore(runDir, saved) };
        });
      } finally {
        await unlock();
      }
    } finally {
      assembly.task.dispose();
      assembly.task.model.dispose();
    }
  } catch (error) {
    throw withFileTrouble(error);
  } finally {
    await observer.close();
  }
}

async function corpusOf(runDir: string, testSets: readonly string[] | undefined): ReturnType<typeof readCorpus> {
  if (!(await exists(join(runDir, 'corpus.json')))) {
    throw new InputError(
      join(runDir, 'corpus.json'),
      'nothing',
      "the tables of the checkpoint's run",
      'Give a checkpoint where its run left it, such as exp/asr/train/valid_best.',
    );
  }
  const filed = await readCorpus(runDir);
  if (!testSets) return filed;
  const known = Object.keys(filed.corpus.tests);
  const unknown = testSets.filter((testSet) => !known.includes(testSet));
  if (unknown.length > 0) {
    throw new InputError(
      '--set',
      `${unknown.map((testSet) => `'${testSet}'`).join(', ')}`,
      `one of ${known.join(', ')}`,
      'Name a test set of the run.',
    );
  }
  const chosen = Object.entries(filed.corpus.tests).filter(([testSet]) => testSets.includes(testSet));
  return { ...filed, corpus: { ...filed.corpus, tests: Object.fromEntries(chosen) } };
}

const changesName = 'changes.json';
const changesFile = z.object({ checkpoint: z.string(), changes: z.array(z.string()) });

/** @throws InputError when the folder holds results of other settings */
async function refuseOtherChanges(folder: string, { directory }: Checkpoint, changes: readonly string[]): Promise<void> {
  const text = await readFile(join(folder, changesName), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const there = changesFile.safeParse(JSON.parse(text));
  if (!there.success || JSON.stringify(there.data.changes) === JSON.stringify(changes)) return;
  throw new InputError(
    folder,
    `results of other settings (${there.data.changes.join('; ') || 'nothing changed'})`,
    `those of ${basename(directory)} with ${changes.join('; ') || 'nothing changed'}`,
    'Give these results another --name.',
  );
}

/** What the run itself found with a checkpoint. */
async function resultsBefore(runDir: string, { directory }: Checkpoint): Promise<{ [testSet: string]: Log }> {
  const results: { [testSet: string]: Log } = {};
  try {
    const index = evaluationIndex.parse(JSON.parse(await readFile(join(runDir, 'evaluate', 'index.json'), 'utf8')));
    for (const [testSet, judged] of Object.entries(index.tests)) {
      const entry = judged.find(({ checkpoint }) => checkpoint === basename(directory));
      if (entry) results[testSet] = parse(await readFile(join(runDir, entry.folder, 'result.yaml'), 'utf8')) as Log;
    }
  } catch {
    // a run that was stopped before its tests has nothing to compare with
  }
  return results;
}
