/**
 * SUPERB automatic speaker verification (ASV) on VoxCeleb1, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers and an x-vector are trained to
 * tell the training speakers apart; the embeddings are then scored by cosine on trials.
 * Reported: equal error rate (EER). Without validation trials every saved checkpoint is
 * tested and the best of them reported, chosen on the test trials themselves, as S3PRL does.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import { join } from 'node:path';
import {
  audioDataset,
  categoryEncoder,
  classIds,
  dataLoader,
  encodeSpeakers,
  fixedBatchSampler,
  prepareSpeakerVerification,
  speakerTable,
  speakerVerificationCorpus,
  trialTable,
  utteranceBatch,
} from '@s3/dataio';
import { defineProblem, defineRecipe, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import type { VerificationLog } from '@s3/task-asv';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import taskRecipe from './task-recipe.ts';

const training = { totalSteps: 200_000, logStep: 500, saveStep: 10_000, gradientClipping: 1000, gradientAccumulate: 5 };

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: speakerVerificationCorpus.prefault({}),
    // SUPERB lowers the volume and trims the silence of training audio, and of nothing else
    trainData: withDefaults(audioDataset.config, { minSeconds: 2, maxSeconds: 8, gainDecibels: -3, trimSilence: true }).prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 10, shuffle: true }).prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'AdamW', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: (config, context) => prepareSpeakerVerification(config.corpus, context),
  encode: (_config, corpus) => ({ speakers: encodeSpeakers(corpus.train) }),

  async buildProblem({ config, corpus, encoders, task, context }) {
    const speakers = categoryEncoder(encoders.speakers);
    const { minSamples, sampleRate } = task.model;
    const utterances = speakerTable(corpus.train, join(context.targetDir, 'train.csv'));
    const trainSet = await audioDataset({ utterances, minSamples, modelRate: sampleRate, ...context }, config.trainData, context);
    const trainBatches = dataLoader({
      dataset: trainSet,
      sampler: fixedBatchSampler(trainSet, config.trainBatches, context),
      collate: (items) => {
        const classes = items.map((item) => item.speaker);
        return { ...utteranceBatch(items), speakers: classIds(speakers, classes) };
      },
    });

    async function judgedBy(name: string, table: Table) {
      const { trials, utterances } = trialTable(table, join(context.targetDir, `${name}.csv`));
      const dataset = await audioDataset({ utterances, minSamples, ...context }, { sampleRate }); // whole utterances, one a batch
      return task.test.over(dataLoader({ dataset, sampler: fixedBatchSampler(dataset), collate: utteranceBatch }), trials);
    }
    const tests: Record<string, PhaseRun<VerificationLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) tests[name] = await judgedBy(name, table);

    return defineProblem({
      train: task.train.over(trainBatches),
      ...(corpus.valid && { valid: await judgedBy('valid', corpus.valid) }),
      tests,
      best: { metric: 'eer', order: 'min' },
    });
  },
});
