import { selectEngine } from '@s3/engine';
import { type AnyTask, type AnyTaskRecipe, InputError } from '@s3/interface';
import { type Checkpoint, openCheckpointFiles, taskOfCheckpoint } from '@s3/trainer/memory';
import { z } from 'zod';
import { type PageSettings, pageSettings } from '../page-settings.ts';
import { doneWithout, fetchBytes, fetchCheckpoint } from './fetch-checkpoint.ts';
import { fileWords } from './file-words.ts';
import { heardBy } from './heard-by.ts';
import { observeFetches } from './observed-fetch.ts';
import type { CallProgress, Calls, Opened } from './protocol.ts';
import { taskRecipe } from './task-recipes.ts';

// zod would make functions of text, which a strict Content-Security-Policy refuses
z.config({ jitless: true });

export interface OpenedCheckpoint {
  readonly task: AnyTask;
  /** knows a speaker again, where the page brings one */
  readonly speakerTask?: AnyTask | undefined;
  readonly description: Opened;
}

/**
 * Fetches the checkpoints of the page, checks them as Node does, builds their tasks and loads the weights.
 *
 * @param site address of the page's folder
 * @throws InputError, ConfigError, StateError for a checkpoint that is not whole, or of a recipe that the page does not bring, and for a speaker model
 * that is none or is of no use to the task
 */
export async function openedCheckpoint(
  site: URL,
  { engine: engineName, threads }: Parameters<Calls['open']>[0],
  onProgress: (progress: CallProgress) => void,
): Promise<OpenedCheckpoint> {
  const page = pageSettings.parse(JSON.parse(new TextDecoder().decode(await fetchBytes(new URL('page.json', site)))));
  const engine = await selectEngine(engineName, new URL('wasm/', site).href, { threads });
  const fetches = observeFetches(({ address, done, total }) =>
    onProgress({ what: `Fetching ${fileWords(address.href.slice(site.href.length))}`, done, total, unit: 'bytes' }),
  );
  try {
    const { task, recipe, saved } = await openOne(new URL('checkpoint/', site), page, onProgress);
    const inPage = [...fetches.hashes].map(([address, hash]) => [address.slice(site.href.length), hash] as const);
    const upstream = inPage.filter(([address]) => address.startsWith('upstream/'));
    const heard = heardBy(recipe, saved, page.overrides, new Map(upstream));
    const speakerTask = page.speakerModel
      ? (await openOne(new URL('speaker-checkpoint/', site), page.speakerModel, onProgress)).task
      : undefined;
    refuseSpeakerModel(task, speakerTask);
    const { sampleRate, minSamples = 1 } = task.model;
    return {
      task,
      speakerTask,
      description: {
        heard,
        recipe: recipe.name,
        task: task.name,
        step: saved.state.step,
        engine,
        sampleRate,
        minSeconds: minSamples / sampleRate,
        isPiecewise: task.predictRecording !== undefined,
        settings: (saved.config['task'] ?? {}) as Opened['settings'],
        encoders: saved.encoders,
        page,
      },
    };
  } finally {
    fetches.end();
  }
}

function refuseSpeakerModel(task: AnyTask, speakerTask: AnyTask | undefined): void {
  if (speakerTask && !task.predictRecording)
    throw new InputError(
      '--speakerModel',
      `a checkpoint of the task ${task.name}`,
      'one that says who speaks when',
      'Leave --speakerModel out.',
    );
  if (speakerTask && speakerTask.name !== 'speaker-verification') {
    const remedy = 'Give one of superb-asv or espnet-spk.';
    throw new InputError('--speakerModel', `a checkpoint of the task ${speakerTask.name}`, 'one of speaker verification', remedy);
  }
}

async function openOne(
  address: URL,
  { name, overrides }: Pick<PageSettings, 'name' | 'overrides'>,
  onProgress: (progress: CallProgress) => void,
): Promise<{ readonly task: AnyTask; readonly recipe: AnyTaskRecipe; readonly saved: Checkpoint }> {
  const files = await fetchCheckpoint(address);
  const saved = openCheckpointFiles(files, name, '', doneWithout);
  const recipe = await taskRecipe(saved.state.recipe);
  onProgress({ what: 'Building the model', done: 0, unit: '' });
  const task: AnyTask = await taskOfCheckpoint(recipe, saved, { overrides, cacheDir: '' });
  await saved.load('model', task.model);
  await saved.load('task', task);
  return { task, recipe, saved };
}
