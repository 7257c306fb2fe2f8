/**
 * SUPERB speaker identification (SID) on VoxCeleb1, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers, and a linear probe of their mean over time, trained to
 * name the speaker, one of 1,251 who are all known in training. Reported: accuracy.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import {
  audioDataset,
  classificationCorpus,
  encodeLabels,
  fixedBatchSampler,
  labelTable,
  prepareClassification,
  prepareVoxCeleb1Identification,
} from '@s3/dataio';
import { defineRecipe, withDefaults } from '@s3/interface';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { labelledProblem } from '@s3/utterance-classification';
import taskRecipe from './task-recipe.ts';

const training = {
  totalSteps: 200_000,
  logStep: 500,
  evalStep: 5000,
  saveStep: 1000,
  gradientClipping: 1,
  gradientAccumulate: 4,
  keepCheckpoints: 2,
} as const;

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: classificationCorpus.prefault({}),
    trainData: withDefaults(audioDataset.config, { maxSeconds: 8 }).prefault({}),
    validData: audioDataset.config.prefault({}),
    testData: audioDataset.config.prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 8, shuffle: true }).prefault({}),
    validBatches: fixedBatchSampler.config.prefault({}),
    testBatches: fixedBatchSampler.config.prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus }, { cacheDir, onProgress }) =>
    prepareClassification(corpus, {
      corpus: 'VoxCeleb1',
      read: (root) => prepareVoxCeleb1Identification({ root, cacheDir, onProgress }),
    }),

  encode: (_config, corpus) => encodeLabels(corpus),

  buildProblem: ({ config, corpus, task, context }) =>
    labelledProblem(
      { config, corpus, task, context },
      {
        utterancesOf: labelTable,
        labelOf: ({ label }) => label,
        trainBatches: (dataset) => fixedBatchSampler(dataset, config.trainBatches, context),
      },
    ),
});
