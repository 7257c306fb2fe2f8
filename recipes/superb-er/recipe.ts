/**
 * SUPERB emotion recognition (ER) on IEMOCAP, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers, and a linear probe of their mean over time (or convolutions with
 * attention, `downstream.model`), trained to tell four emotions apart. Each of the five folds tests another session; the mean of their accuracies is reported.
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
  prepareIemocap,
} from '@s3/dataio';
import { defineRecipe, InputError, withDefaults } from '@s3/interface';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { labelledProblem } from '@s3/utterance-classification';
import { z } from 'zod';
import taskRecipe from './task-recipe.ts';

const training = {
  totalSteps: 30_000,
  logStep: 500,
  evalStep: 1000,
  saveStep: 1000,
  gradientClipping: 1,
  gradientAccumulate: 8,
  keepCheckpoints: 2,
} as const;

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: classificationCorpus
      .extend({
        testFold: z.int().min(0).max(4).optional().describe('fold of IEMOCAP to test on, 0 to 4: its Session1 to Session5'),
        validRatio: z.number().min(0).lt(1).default(0.2).describe('share of the other sessions that chooses the checkpoint, 0..1'),
      })
      .prefault({}),
    trainData: audioDataset.config.prefault({}),
    validData: audioDataset.config.prefault({}),
    testData: audioDataset.config.prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 4, shuffle: true }).prefault({}),
    validBatches: withDefaults(fixedBatchSampler.config, { batchSize: 4 }).prefault({}),
    testBatches: withDefaults(fixedBatchSampler.config, { batchSize: 4 }).prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare({ corpus: { testFold, validRatio, ...corpus } }, { onProgress }) {
    const read = async (root: string) => {
      if (testFold !== undefined) return prepareIemocap({ root, testFold, validRatio, onProgress });
      throw new InputError(
        'corpus.testFold',
        'nothing',
        'the fold of IEMOCAP to test on, 0 to 4',
        'Set it; run all five and take the mean.',
      );
    };
    return prepareClassification(corpus, { corpus: 'IEMOCAP', read });
  },

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
