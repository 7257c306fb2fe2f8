/**
 * SUPERB speech enhancement (SE) on VoiceBank-DEMAND, or on csv files: speech without the noise around it.
 *
 * A frozen upstream, a learned weighted sum of its layers and three bidirectional LSTM layers are trained to give a mask over the spectrum of
 * noisy speech. Reported: how well it can be understood (STOI), and SI-SDR, of the checkpoint of the best STOI on the validation set.
 *
 * Tsai et al., "SUPERB-SG: Enhanced Speech processing Universal PERformance Benchmark for Semantic and Generative Capabilities", 2022.
 */
import { join } from 'node:path';
import {
  enhancementCorpus,
  fixedBatchSampler,
  mixedBatches,
  prepareEnhancement,
  type SeparationDataset,
  separationDataset,
  separationTable,
} from '@s3/dataio';
import { defineProblem, defineRecipe, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import type { SeparationLog } from '@s3/task-separation';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import taskRecipe, { sources } from './task-recipe.ts';

const training = {
  totalSteps: 150_000,
  logStep: 1250,
  evalStep: 1250,
  saveStep: 6250,
  gradientClipping: 1,
  keepCheckpoints: 2,
};

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: enhancementCorpus.prefault({}),
    trainData: separationDataset.config.prefault({}),
    testData: separationDataset.config.pick({ sampleRate: true }).prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 8, shuffle: true }).prefault({}),
    validBatches: fixedBatchSampler.config.prefault({}),
    testBatches: fixedBatchSampler.config.prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'AdamW', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus }, { onProgress }) => prepareEnhancement(corpus, onProgress),
  encode: () => ({}),

  async buildProblem({ config, corpus, task, context }) {
    const { minSamples, sampleRate: modelRate } = task.model;
    const batchesOf = (
      set: string,
      table: Table,
      data: Parameters<typeof mixedBatches>[1],
      batches: Parameters<typeof fixedBatchSampler>[1],
    ) => {
      const mixtures = separationTable(table, sources, join(context.targetDir, `${set}.csv`));
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
      best: { metric: 'stoi', order: 'max' },
    });
  },
});
