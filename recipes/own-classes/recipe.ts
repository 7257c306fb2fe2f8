/**
 * Classes of one's own: words, voices, sounds, from about ten recordings each.
 *
 * A frozen upstream, a learned weighted sum of its layers and a linear probe of their mean over time, trained for a few
 * hundred steps, all classes counting alike. Some recordings of each class are kept out of training and judged. Reported: accuracy.
 */
import { resolve } from 'node:path';
import { audioDataset, classificationCorpus, encodeLabels, fixedBatchSampler, labelTable, prepareClassification } from '@s3/dataio';
import { defineRecipe, withDefaults } from '@s3/interface';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { labelledProblem } from '@s3/utterance-classification';
import { z } from 'zod';
import { recordingsFolder } from './src/recordings-folder.ts';
import { usualBatchSize, usualHeldOut, usualOptimizer, usualScheduler, usualTraining } from './src/usual-settings.ts';
import taskRecipe from './task-recipe.ts';

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: classificationCorpus
      .extend({
        root: z.string().min(1).optional().describe('folder with a folder of recordings for each class; or give train and tests'),
        heldOut: z
          .number()
          .min(0.05)
          .max(0.5)
          .default(usualHeldOut)
          .describe('share of each class that is tested on, not trained on, 0..1'),
      })
      .prefault({}),
    trainData: audioDataset.config.prefault({}),
    validData: audioDataset.config.prefault({}),
    testData: audioDataset.config.prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: usualBatchSize, shuffle: true }).prefault({}),
    validBatches: withDefaults(fixedBatchSampler.config, { batchSize: usualBatchSize }).prefault({}),
    testBatches: withDefaults(fixedBatchSampler.config, { batchSize: usualBatchSize }).prefault({}),
    optimizer: withDefaults(optimizerSettings, usualOptimizer).prefault({}),
    scheduler: withDefaults(schedulerSettings, usualScheduler).prefault({}),
    training: withDefaults(trainingSettings, usualTraining).prefault({}),
  },

  prepare: ({ corpus: { heldOut, ...corpus } }, { seed }) =>
    prepareClassification(corpus, { corpus: 'recordings', read: (root) => recordingsFolder(root, heldOut, seed) }),

  encode: (_config, corpus) => encodeLabels(corpus),

  buildProblem: ({ config, corpus, task, context }) =>
    labelledProblem(
      { config, corpus, task, context },
      {
        // what a page packed has paths within its own folder
        utterancesOf: (table, name) =>
          labelTable(table, name).map((utterance) => ({ ...utterance, path: resolve(context.targetDir, utterance.path) })),
        labelOf: ({ label }) => label,
        trainBatches: (dataset) => fixedBatchSampler(dataset, config.trainBatches, context),
      },
    ),
});
