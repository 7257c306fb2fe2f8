/**
 * SUPERB source separation (SS) on LibriMix, or on csv files: each speaker of a mixture alone.
 *
 * A frozen upstream, a learned weighted sum of its layers and three bidirectional LSTM layers are trained to give a mask over the
 * mixture's spectrum for each speaker, in whatever order. Reported: how many decibels of SI-SDR are gained over the mixture (SI-SDRi), of the
 * checkpoint that gains most on the validation set.
 *
 * Tsai et al., "SUPERB-SG: Enhanced Speech processing Universal PERformance Benchmark for Semantic and Generative Capabilities", 2022.
 */
import { join } from 'node:path';
import {
  fixedBatchSampler,
  mixedBatches,
  prepareSeparation,
  type SeparationDataset,
  separationCorpus,
  separationDataset,
  separationTable,
} from '@s3/dataio';
import { defineProblem, defineRecipe, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import type { SeparationLog } from '@s3/task-separation';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import taskRecipe, { sourcesOf } from './task-recipe.ts';

const training = {
  totalSteps: 150_000,
  logStep: 2000,
  evalStep: 2000,
  saveStep: 10_000,
  gradientClipping: 1,
  keepCheckpoints: 2,
};

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: separationCorpus.prefault({}),
    trainData: separationDataset.config.prefault({}),
    testData: separationDataset.config.pick({ sampleRate: true }).prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 8, shuffle: true }).prefault({}),
    validBatches: fixedBatchSampler.config.prefault({}),
    testBatches: fixedBatchSampler.config.prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'AdamW', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus, model }, { onProgress }) => prepareSeparation(corpus, sourcesOf(model), onProgress),
  encode: () => ({}),

  async buildProblem({ config, corpus, task, context }) {
    const { minSamples, sampleRate: modelRate } = task.model;
    const batchesOf = (
      set: string,
      table: Table,
      data: Parameters<typeof mixedBatches>[1],
      batches: Parameters<typeof fixedBatchSampler>[1],
    ) => {
      const mixtures = separationTable(table, sourcesOf(config.model), join(context.targetDir, `${set}.csv`));
      const sampler = (dataset: SeparationDataset) => fixedBatchSampler(dataset, batches, context);
      return mixedBatches({ mixtures, sampler, minSamples, modelRate, ...context }, data, context);
    };
    const tests: Record<string, PhaseRun<SeparationLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) {
      tests[name] = task.test.over(await batchesOf(name, table, config.testData, config.testBatches));
    }
    return defineProblem({
      train: task.train.over(await batchesOf('train', corpus.train, config.trainData, config.trainBatches)),
      ...(corpus.valid && { valid: task.test.over(await batchesOf('valid', corpus.valid, config.testData, config.validBatches)) }),
      tests,
      best: { metric: 'siSdrImprovement', order: 'max' },
    });
  },
});
