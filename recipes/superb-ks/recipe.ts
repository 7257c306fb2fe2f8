/**
 * SUPERB keyword spotting (KS) on Speech Commands v1, or one label per utterance from csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers, and a linear probe of their mean over time, trained to
 * tell ten words, other words and silence apart. Every word is drawn equally often in training. Reported: accuracy.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import {
  audioDataset,
  balancedWeightedSampler,
  classificationCorpus,
  encodeLabels,
  fixedBatchSampler,
  labelTable,
  prepareClassification,
  prepareSpeechCommands,
} from '@s3/dataio';
import { defineRecipe, withDefaults } from '@s3/interface';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { labelledProblem } from '@s3/utterance-classification';
import { z } from 'zod';
import taskRecipe from './task-recipe.ts';

// S3PRL validates on a balanced random draw of the validation set; balancedAccuracy is what that gives on average
const training = {
  totalSteps: 200_000,
  logStep: 100,
  evalStep: 5000,
  saveStep: 1000,
  gradientClipping: 1,
  keepCheckpoints: 2,
  validMetric: 'balancedAccuracy',
} as const;

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: classificationCorpus
      .extend({
        root: z
          .string()
          .min(1)
          .optional()
          .describe('folder of Speech Commands v1, or one that holds both of its archives; or give train and tests'),
        testRoot: z
          .string()
          .min(1)
          .optional()
          .describe("folder of Speech Commands' test archive, where it is neither in root nor beside it"),
      })
      .prefault({}),
    trainData: withDefaults(audioDataset.config, { gainDecibels: -3 }).prefault({}),
    validData: withDefaults(audioDataset.config, { gainDecibels: -3 }).prefault({}),
    testData: withDefaults(audioDataset.config, { gainDecibels: -3 }).prefault({}),
    trainBatches: withDefaults(balancedWeightedSampler.config, { batchSize: 32 }).prefault({ batchSize: 32 }),
    validBatches: withDefaults(fixedBatchSampler.config, { batchSize: 32 }).prefault({}),
    testBatches: withDefaults(fixedBatchSampler.config, { batchSize: 32 }).prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare({ corpus: { testRoot, ...corpus } }, { onProgress }) {
    const read = (root: string) => prepareSpeechCommands({ root, testRoot, onProgress });
    return prepareClassification(corpus, { corpus: 'Speech Commands v1', read });
  },

  encode: (_config, corpus) => encodeLabels(corpus),

  buildProblem: ({ config, corpus, task, context }) =>
    labelledProblem(
      { config, corpus, task, context },
      {
        utterancesOf: labelTable,
        labelOf: ({ label }) => label,
        trainBatches: (dataset) =>
          balancedWeightedSampler({ labels: dataset.utterances.map(({ label }) => label) }, config.trainBatches, context),
      },
    ),
});
