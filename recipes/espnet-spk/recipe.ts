/**
 * ESPnet's speaker recipe: speaker embeddings on VoxCeleb-style data.
 *
 * ECAPA-TDNN or an x-vector is trained on log mel energies to tell the training speakers apart, with
 * an angular margin, and judged on trials of speakers that it has not seen. Utterances are embedded in segments; scores may
 * be normalised against a cohort of training speakers and calibrated on quality measures. Reported: equal error rate (EER).
 *
 * Jung et al., "ESPnet-SPK: full pipeline speaker embedding toolkit with reproducible recipes", 2024.
 */
import { join } from 'node:path';
import {
  audioDataset,
  categoryEncoder,
  encodeSpeakers,
  type SpeakerUtterance,
  speakerTable,
  speakerVerificationCorpus,
  trialTable,
} from '@s3/dataio';
import { defineProblem, defineRecipe, type PhaseRun, type RecipeContext, type Table, withDefaults } from '@s3/interface';
import type { VerificationLog } from '@s3/task-asv';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { z } from 'zod';
import { evaluationBatches, evaluationSettings } from './src/evaluation-batches.ts';
import { asNormSettings, calibrationSettings, type ScoringSets, scoringSets } from './src/scoring-sets.ts';
import { prepareSpeakerCorpus } from './src/speaker-corpus.ts';
import { trainBatchSettings, trainingBatches } from './src/training-batches.ts';
import { speakerAt } from './src/training-crops.ts';
import taskRecipe from './task-recipe.ts';

export { evaluationBatches } from './src/evaluation-batches.ts';

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: speakerVerificationCorpus.prefault({}),
    trainData: withDefaults(audioDataset.config, { maxSeconds: 3 }).prefault({}),
    augmentation: z
      .strictObject({
        speeds: z
          .array(z.number().min(0.5).max(2))
          .refine((speeds) => new Set([1, ...speeds]).size > speeds.length, 'each speed once, without 1, which is there anyway')
          .default([0.9, 1.1])
          .describe('training utterances also at these speeds, as speakers of their own; [] for none'),
      })
      .prefault({}),
    trainBatches: trainBatchSettings.prefault({}),
    evaluation: evaluationSettings.prefault({}),
    asNorm: asNormSettings.prefault({}),
    calibration: calibrationSettings.prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-3, weightDecay: 5e-5 }).prefault({}),
    scheduler: withDefaults(schedulerSettings, { name: 'OneCycleLR', riseFraction: 0.02, cycleMomentum: false }).prefault({}),
    training: withDefaults(trainingSettings, {
      totalSteps: 285_000,
      logStep: 100,
      saveStep: 5000,
      gradientClipping: 9999,
      evalEachEpoch: true,
      averageBest: 3,
      keepCheckpoints: 3,
    }).prefault({}),
  },

  prepare: (config, context) => prepareSpeakerCorpus(config.corpus, context),
  encode(config, corpus) {
    const speakers = encodeSpeakers(corpus.train);
    const atSpeeds = [1, ...config.augmentation.speeds].flatMap((speed) => speakers.map((name) => speakerAt(name, speed)));
    return { speakers: categoryEncoder(atSpeeds).labels };
  },

  async buildProblem({ config, corpus, encoders, task, context }) {
    const training = speakerTable(corpus.train, join(context.targetDir, 'train.csv'));
    const evaluationContext = { ...context, minSamples: task.model.minSamples, modelRate: task.model.sampleRate };
    const trainBatches = await trainingBatches(
      {
        utterances: training,
        speakers: categoryEncoder(encoders.speakers),
        speeds: config.augmentation.speeds,
        data: config.trainData,
        batches: config.trainBatches,
      },
      evaluationContext,
    );
    const needsTraining = config.asNorm.topK !== null || config.calibration.trialsPerKind !== null;
    const sets = needsTraining
      ? scoringSets(training, await secondsOf(training, context), { ...config, seed: context.seed })
      : { utterances: [] };

    async function judgedBy(name: string, table: Table, { utterances: others, ...chain }: ScoringSets = { utterances: [] }) {
      const { trials, utterances } = trialTable(table, join(context.targetDir, `${name}.csv`));
      const { batches, seconds } = await evaluationBatches([...utterances, ...others], config.evaluation, evaluationContext);
      const { calibration } = chain;
      return task.test.over(batches, { trials, ...chain, ...(calibration && { calibration: { ...calibration, seconds } }) });
    }
    const tests: Record<string, PhaseRun<VerificationLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) tests[name] = await judgedBy(name, table, sets);

    return defineProblem({
      train: task.train.over(trainBatches),
      ...(corpus.valid && { valid: await judgedBy('valid', corpus.valid) }),
      tests,
      best: { metric: 'eer', order: 'min' },
    });
  },
});

/** Length of each utterance, from the headers of the recordings. */
async function secondsOf(utterances: readonly SpeakerUtterance[], context: RecipeContext): Promise<ReadonlyMap<string, number>> {
  const { lengths, sampleRate, utterances: kept } = await audioDataset({ utterances, ...context });
  return new Map(kept.map(({ id }, index) => [id, lengths[index]! / sampleRate]));
}
