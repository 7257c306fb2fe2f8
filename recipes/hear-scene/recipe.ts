/**
 * HEAR's tasks of scenes: what a whole recording is, by one label or several; a task in HEAR's layout, or csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers, the mean over time and HEAR's fully connected layers. What the task
 * says of itself (one label or several, its score, its folds) is read from its metadata.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 */
import {
  audioDataset,
  encodeScenes,
  fixedBatchSampler,
  type HearTask,
  labelSetTable,
  prepareScenes,
  readHearTask,
  sceneCorpus,
} from '@s3/dataio';
import { defineRecipe, InputError, withDefaults } from '@s3/interface';
import type { SceneLog } from '@s3/task-classification';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { labelledProblem } from '@s3/utterance-classification';
import { z } from 'zod';
import taskRecipe from './task-recipe.ts';

const training = {
  totalSteps: 150_000,
  logStep: 100,
  evalStep: 1000,
  saveStep: 1000,
  gradientClipping: 1,
  keepCheckpoints: 2,
} as const;

/** HEAR's names of scores to ours. */
const metrics: { readonly [score: string]: keyof SceneLog } = {
  top1_acc: 'accuracy',
  pitch_acc: 'accuracy',
  chroma_acc: 'chromaAccuracy',
  mAP: 'meanAveragePrecision',
  d_prime: 'dPrime',
  aucroc: 'rocAuc',
};

/**
 * The scores of a task, HEAR's names and ours; the first one chooses the checkpoint.
 *
 * @throws InputError for a score that scenes do not have
 */
export function sceneScores({
  folder,
  predictionType,
  evaluation,
}: Pick<HearTask, 'folder' | 'predictionType' | 'evaluation'>): readonly { readonly score: string; readonly metric: keyof SceneLog }[] {
  const usual = predictionType === 'multiclass' ? 'top1_acc' : 'mAP';
  return (evaluation.length > 0 ? evaluation : [usual]).map((score) => {
    const metric = metrics[score];
    if (metric !== undefined) return { score, metric };
    const known = Object.keys(metrics).join(', ');
    throw new InputError(folder, `the score '${score}'`, `scores of scenes: ${known}`, 'Mend evaluation in task_metadata.json.');
  });
}

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: sceneCorpus
      .extend({
        predictionType: z
          .enum(['multiclass', 'multilabel'])
          .optional()
          .describe('of csv files: exactly one label for each recording, or any number of them; multiclass unless given'),
      })
      .prefault({}),
    trainData: audioDataset.config.prefault({}),
    validData: audioDataset.config.prefault({}),
    testData: audioDataset.config.prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 32, shuffle: true }).prefault({}),
    validBatches: withDefaults(fixedBatchSampler.config, { batchSize: 1 }).prefault({}),
    testBatches: withDefaults(fixedBatchSampler.config, { batchSize: 1 }).prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-3 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  async prepare({ corpus: { predictionType, ...corpus } }, { onProgress }) {
    if (predictionType === undefined || corpus.root === undefined) return prepareScenes(corpus, onProgress);
    throw new InputError(
      'corpus.predictionType',
      `${predictionType} beside corpus.root`,
      'nothing: the HEAR task says it',
      'Leave it out.',
    );
  },

  async encode({ corpus: { root, predictionType: chosen } }, corpus) {
    const task = root === undefined ? undefined : await readHearTask(root);
    const predictionType = task?.predictionType ?? chosen ?? 'multiclass';
    return {
      labels: encodeScenes(corpus, predictionType, task?.labels),
      predictionType,
      evaluation: sceneScores(task ?? { folder: '', predictionType, evaluation: [] }).map(({ score }) => score),
    };
  },

  buildProblem: ({ config, corpus, encoders, task, context }) =>
    labelledProblem(
      { config, corpus, task, context },
      {
        utterancesOf: labelSetTable,
        labelOf: ({ labels }) => labels,
        trainBatches: (dataset) => fixedBatchSampler(dataset, config.trainBatches, context),
        metric: metrics[encoders.evaluation[0]!]!,
      },
    ),
});
