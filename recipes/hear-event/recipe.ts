/**
 * HEAR's tasks of events: what sounds when in a recording, any number of labels at a time; a task in HEAR's layout, or csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers and HEAR's fully connected layers on every frame. What the task says of
 * itself (its score, its folds, the decisions to choose among) is read from its metadata.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 */
import { join } from 'node:path';
import {
  dataLoader,
  diarizationBatch,
  diarizationDataset,
  encodeEvents,
  eventCorpus,
  eventTable,
  fixedBatchSampler,
  type HearTask,
  labelledRecordings,
  prepareEvents,
  readHearTask,
} from '@s3/dataio';
import { defineProblem, defineRecipe, InputError, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import { chunkFrames, type EventLog, type EventMetric } from '@s3/task-events';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import taskRecipe, { chunks } from './task-recipe.ts';

const training = {
  totalSteps: 15_000,
  logStep: 100,
  evalStep: 500,
  saveStep: 500,
  gradientClipping: 1,
  keepCheckpoints: 2,
} as const;

/** HEAR's names of scores to ours. */
const metrics: { readonly [score: string]: EventMetric } = {
  event_onset_200ms_fms: 'f1Onset200ms',
  event_onset_50ms_fms: 'f1Onset50ms',
  event_onset_offset_50ms_20perc_fms: 'f1OnsetOffset50ms',
  segment_1s_er: 'segmentErrorRate',
};

/**
 * The scores of a task, HEAR's names and ours; the first one chooses the checkpoint.
 *
 * @throws InputError for a score that events do not have
 */
export function eventScores({
  folder,
  evaluation,
}: Pick<HearTask, 'folder' | 'evaluation'>): readonly { readonly score: string; readonly metric: EventMetric }[] {
  return (evaluation.length > 0 ? evaluation : ['event_onset_200ms_fms']).map((score) => {
    const metric = metrics[score];
    if (metric !== undefined) return { score, metric };
    const known = Object.keys(metrics).join(', ');
    throw new InputError(folder, `the score '${score}'`, `scores of events: ${known}`, 'Mend evaluation in task_metadata.json.');
  });
}

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: eventCorpus.prefault({}),
    trainData: chunks,
    validData: chunks,
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 5, shuffle: true }).prefault({}),
    validBatches: withDefaults(fixedBatchSampler.config, { batchSize: 5 }).prefault({}),
    testBatches: withDefaults(fixedBatchSampler.config, { batchSize: 5 }).prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-3 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus }, { onProgress }) => prepareEvents(corpus, onProgress),

  async encode({ corpus: { root } }, corpus) {
    const task = root === undefined ? undefined : await readHearTask(root);
    const { metric } = eventScores(task ?? { folder: '', evaluation: [] })[0]!;
    return {
      labels: encodeEvents(corpus, task?.labels),
      metric,
      // those of DCASE 2016, where a task says none
      usual: {
        medianFilterMs: task?.postprocessing.medianFilterMs ?? [250],
        minDurationMs: task?.postprocessing.minDurationMs ?? [125, 250],
      },
    };
  },

  async buildProblem({ config, corpus, encoders: { labels, metric }, task, context }) {
    const { samplesPerFrame } = task;
    const { minSamples, sampleRate } = task.model;
    async function loaderOf(set: string, table: Table, chunks: typeof config.trainData, batches: typeof config.trainBatches) {
      const recordings = eventTable(table, join(context.targetDir, `${set}.csv`));
      const labelled = labelledRecordings(recordings, labels, { samplesPerFrame, sampleRate });
      const wiring = { recordings: labelled, speakers: labels.length, samplesPerFrame, minSamples, ...context };
      const dataset = await diarizationDataset(
        wiring,
        { sampleRate, chunkFrames: chunkFrames(chunks, { sampleRate, samplesPerFrame }), keepShortChunk: chunks.keepShortChunk },
        context,
      );
      const loader = dataLoader({ dataset, sampler: fixedBatchSampler(dataset, batches, context), collate: diarizationBatch });
      return { loader, reference: { events: recordings.flatMap(({ events }) => events) } };
    }

    const train = await loaderOf('train', corpus.train, config.trainData, config.trainBatches);
    const valid = corpus.valid && (await loaderOf('valid', corpus.valid, config.validData, config.validBatches));
    const tests: Record<string, PhaseRun<EventLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) {
      const { loader, reference } = await loaderOf(name, table, config.testData, config.testBatches);
      tests[name] = task.test.over(loader, reference);
    }
    return defineProblem<EventLog>({
      train: task.train.over(train.loader),
      ...(valid && { valid: task.valid!.over(valid.loader, valid.reference) }),
      tests,
      best: { metric, order: metric === 'segmentErrorRate' ? 'min' : 'max' },
    });
  },
});
