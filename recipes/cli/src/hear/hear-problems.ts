import { basename, resolve } from 'node:path';
import { checkHearFiles, type HearTask, hearTaskFolders, readHearTask } from '@s3/dataio';
import { eventScores } from '@s3/hear-event';
import { sceneScores } from '@s3/hear-scene';
import { InputError } from '@s3/interface';
import { refuseUnknown } from '../benchmark/benchmark-words.ts';

/** A task of HEAR that is there, and how it is run. */
export interface HearProblem {
  /** that of its folder, such as `esc50-v2.0.0-full` */
  readonly name: string;
  /** that of its metadata, such as `esc50` */
  readonly task: string;
  readonly recipe: 'hear-scene' | 'hear-event';
  readonly scores: readonly HearScore[];
  /** settings of the run of each fold by the fold's name; of the only run by an empty one */
  readonly runs: { readonly [fold: string]: { readonly [section: string]: object } };
  /** the problem of S3PRL whose settings it has, where these are others than those of its recipe */
  readonly s3prlProblem?: string;
}

export interface HearScore {
  /** HEAR's name of it */
  readonly score: string;
  /** name in a run's metrics */
  readonly metric: string;
  readonly better: 'lower' | 'higher';
}

/** Settings of S3PRL 0.4.18 for single tasks, where they are others than those that most have. */
const s3prlSettings: { readonly [task: string]: { readonly problem: string; readonly settings: { readonly [section: string]: object } } } =
  {
    esc50: { problem: 'HearESC50', settings: { training: { totalSteps: 4000, evalStep: 500, gradientAccumulate: 4 } } },
    fsd50k: { problem: 'HearFSD', settings: { trainBatches: { batchSize: 10 }, training: { totalSteps: 40_000 } } },
    tfds_crema_d: { problem: 'HearCremaD', settings: { optimizer: { learningRate: 1e-4 } } },
  };

/**
 * The tasks of HEAR in a folder, checked as far as it is quick: metadata, vocabulary, every fold, a folder of audio.
 *
 * @param wanted names of tasks, or of their folders; all unless given
 * @throws InputError for a folder without tasks, one of the wanted tasks that is not there or not whole, and two whose folders have the same name
 */
export async function hearProblems(root: string, wanted?: readonly string[]): Promise<readonly HearProblem[]> {
  const folders = await hearTaskFolders(resolve(root));
  // says what is there instead
  if (folders.length === 0) await readHearTask(root);
  const found = await Promise.all(folders.map(readAsFarAsPossible));
  const chosen = found.filter(({ names }) => wanted === undefined || names.some((name) => wanted.includes(name)));
  refuseUnknown('--tasks', wanted ?? [], [...new Set(found.flatMap(({ names }) => names))]);
  const problems: HearProblem[] = [];
  for (const { folder, task } of chosen) {
    if (task instanceof Error) throw task;
    await checkHearFiles(task);
    const twin = problems.findIndex(({ name }) => name === basename(folder));
    if (twin >= 0) {
      const found = `${chosen[twin]!.folder} and ${folder}`;
      throw new InputError(
        root,
        found,
        'folders of tasks with names of their own',
        'Run them one after the other, into target directories of their own.',
      );
    }
    problems.push(problemOf(task));
  }
  return problems;
}

/** A task that is not asked for may be broken. */
async function readAsFarAsPossible(
  folder: string,
): Promise<{ readonly folder: string; readonly names: readonly string[]; readonly task: HearTask | Error }> {
  try {
    const task = await readHearTask(folder);
    return { folder, names: [...new Set([task.name, basename(folder)])].filter((name) => name !== ''), task };
  } catch (error) {
    return { folder, names: [basename(folder)], task: error as Error };
  }
}

function problemOf(task: HearTask): HearProblem {
  const own = Object.hasOwn(s3prlSettings, task.name) ? s3prlSettings[task.name]! : undefined;
  const corpusOf = (testFold?: number) => ({
    corpus: { root: task.folder, ...(testFold !== undefined && { testFold }) },
    ...own?.settings,
  });
  const scores = task.embeddingType === 'scene' ? sceneScores(task) : eventScores(task);
  return {
    name: basename(task.folder),
    task: task.name,
    recipe: task.embeddingType === 'scene' ? 'hear-scene' : 'hear-event',
    scores: scores.map(({ score, metric }) => ({ score, metric, better: metric === 'segmentErrorRate' ? 'lower' : 'higher' })),
    runs: task.folds.length === 0 ? { '': corpusOf() } : Object.fromEntries(task.folds.map((fold, index) => [fold, corpusOf(index)])),
    ...(own && { s3prlProblem: own.problem }),
  };
}
