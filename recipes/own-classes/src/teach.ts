import { categoryEncoder, dataLoader, fixedBatchSampler, utteranceBatch } from '@s3/dataio';
import {
  type AnyTask,
  defineProblem,
  defineTaskRecipe,
  type EngineInfo,
  InputError,
  type Json,
  parseConfig,
  type Upstream,
} from '@s3/interface';
import type { ClassificationLog } from '@s3/task-classification';
import {
  type Checkpoint,
  checksum,
  type NamedFiles,
  type RunObserver,
  type TrainedProblem,
  type TrainInMemoryOptions,
  trainInMemory,
} from '@s3/trainer/memory';
import * as tf from '@tensorflow/tfjs-core';
import taskRecipe from '../task-recipe.ts';
import { holdOut } from './hold-out.ts';
import { judgeClasses } from './judge-classes.ts';
import { lessonTable, recordingPlaces } from './lesson-files.ts';
import type { Recording } from './recording.ts';
import { usualBatchSize, usualHeldOut, usualOptimizer, usualScheduler, usualTraining } from './usual-settings.ts';

export interface TeachOptions {
  readonly recordings: readonly Recording[];
  /** frozen and already built, so that it can be shared; it stays the caller's */
  readonly upstream: Upstream;
  /** the settings that it was built with, for the checkpoint: those of the section `upstream` */
  readonly upstreamSettings: { readonly [setting: string]: Json };
  readonly engine: EngineInfo;
  /** of the folder that the result will lie in */
  readonly name?: string;
  readonly totalSteps?: number;
  readonly learningRate?: number;
  /** steps between two looks at the recordings that are kept out */
  readonly evalStep?: number;
  readonly seed?: number;
  /** where to go on from, with the same recordings; absent to start anew */
  readonly from?: Checkpoint | undefined;
  readonly observer?: RunObserver;
  /**
   * Has the upstream hear every recording once before the first step, and is told after each; for an upstream that remembers
   * what it computed, as with `rememberedUpstream`.
   */
  readonly onHeard?: (done: number, total: number) => void;
  readonly onJudged?: TrainInMemoryOptions['onJudged'];
  /** asks to stop: what was learned so far is the result */
  readonly signal?: AbortSignal;
}

/** What was learned. */
export interface Taught {
  /** steps done; fewer than were asked for when it was stopped */
  readonly step: number;
  /** of a checkpoint, that of the last step */
  readonly files: NamedFiles;
  /** for each recording whether it was kept out of training */
  readonly heldOut: readonly boolean[];
}

/**
 * Trains a classifier on a few recordings in memory, as `s3 run own-classes` does on disk: the same steps, and a checkpoint that goes on there.
 *
 * Nothing is chosen by the recordings that are kept out: the last step counts.
 *
 * @throws InputError for classes that cannot be learned, all reasons listed; when it is stopped before its first step
 */
export async function teach(options: TeachOptions): Promise<Taught> {
  const { recordings, upstream, engine, seed = 0, totalSteps = usualTraining.totalSteps } = options;
  const labels = [...new Set(recordings.map(({ label }) => label))];
  const { refused } = judgeClasses(labels, recordings);
  if (refused.length > 0) throw new InputError('the classes', refused.join(' '), 'classes that can be learned', 'Mend this, then train.');

  const heldOut = holdOut(
    recordings.map(({ label }) => label),
    usualHeldOut,
    seed,
  );
  const trained = recordings.filter((_, place) => !heldOut[place]);
  const judged = recordings.filter((_, place) => heldOut[place]);
  const categories = categoryEncoder(trained.map(({ label }) => label));
  const counts = categories.labels.map((label) => trained.filter((recording) => recording.label === label).length);
  const encoders = { labels: [...categories.labels], counts };
  const training = { ...usualTraining, totalSteps, saveStep: totalSteps, seed };
  const optimizer = { ...usualOptimizer, ...(options.learningRate && { learningRate: options.learningRate }) };
  const sections = parseConfig(taskRecipe.name, taskRecipe.config, { upstream: options.upstreamSettings });
  const config = {
    targetDir: options.name ?? taskRecipe.name,
    ...sections,
    corpus: { train: 'train.csv', tests: 'held-out.csv' },
    trainBatches: { batchSize: usualBatchSize, shuffle: true },
    optimizer,
    scheduler: usualScheduler,
    training,
  };

  const { buildTask, parts } = onUpstream(upstream).spec;
  const task = await buildTask({
    config: sections as never,
    parts,
    encoders,
    context: { seed, cacheDir: '' },
  });
  try {
    const { minSamples = 1 } = task.model;
    const short = recordings.filter(({ waveform }) => waveform.length < minSamples).map(({ name }) => name);
    if (short.length > 0) {
      const least = `at least ${(minSamples / upstream.sampleRate).toFixed(2)} s`;
      throw new InputError(short.join(', '), 'recordings that are too short for the model', least, 'Record them again.');
    }
    if (options.onHeard) await hear(task, recordings, options.onHeard, options.signal);
    const batches = (rows: readonly Recording[], shuffle: boolean) =>
      dataLoader({
        dataset: { length: rows.length, load: async (places: readonly number[]) => places.map((place) => rows[place]!) },
        sampler: fixedBatchSampler({ length: rows.length }, { batchSize: usualBatchSize, shuffle }, { seed }),
        collate: (items) => ({
          ...utteranceBatch(items.map(({ name, label, waveform }) => ({ id: `${label}/${name}`, waveform }))),
          labels: items.map(({ label }) => label),
        }),
      });
    const valid = task.test.over(batches(judged, false));
    const problem = defineProblem<ClassificationLog>({
      train: task.train.over(batches(trained, true)),
      valid,
      tests: { 'held-out': valid },
      best: { metric: 'accuracy', order: 'max' },
    });
    const { step, files } = await trainInMemory({
      // its metrics are more than the trainer asks for
      problem: problem as unknown as TrainedProblem,
      task,
      // judged for whoever looks on; a run of these settings takes the same steps
      training: { ...training, evalStep: options.evalStep ?? 10 },
      optimizer,
      scheduler: usualScheduler,
      origin: {
        recipe: taskRecipe.name,
        engine: { name: engine.name, library: engine.library },
        corpus: { rows: trained.length, sha256: checksum(lessonTable(trained, recordingPlaces(recordings))) },
      },
      config,
      encoders,
      ...(options.from && { from: options.from }),
      ...(options.observer && { observer: options.observer }),
      ...(options.onJudged && { onJudged: options.onJudged }),
      ...(options.signal && { signal: options.signal }),
    });
    return { step, files, heldOut };
  } finally {
    task.model.dispose();
    task.dispose();
  }
}

/** Computes the hidden states of all recordings, one by one, so that each is waited for once and before the first step. */
async function hear(
  task: Pick<AnyTask, 'predict'>,
  recordings: readonly Recording[],
  onHeard: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  onHeard(0, recordings.length);
  for (const [place, { waveform }] of recordings.entries()) {
    const values = tf.tensor2d(waveform, [1, waveform.length]);
    await task.predict({ values, lengths: [waveform.length] }).finally(() => values.dispose());
    onHeard(place + 1, recordings.length);
    if (signal?.aborted) {
      const found = `a stop after ${place + 1} of ${recordings.length} recordings were heard`;
      throw new InputError('the training', found, 'at least one step', 'Train again: what was heard is remembered.');
    }
  }
}

/** The recipe on an upstream that is there already; the other settings of its section `upstream` are passed over. */
export function onUpstream(upstream: Upstream): typeof taskRecipe {
  const { componentName, config } = taskRecipe.spec.parts.upstream;
  const given = Object.assign(async () => upstream, { componentName, config }) as typeof taskRecipe.spec.parts.upstream;
  return defineTaskRecipe({ ...taskRecipe.spec, parts: { ...taskRecipe.spec.parts, upstream: given } });
}
