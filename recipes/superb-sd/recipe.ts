/**
 * SUPERB speaker diarization (SD) on Kaldi data directories (LibriMix), csv files, or RTTM beside audio.
 *
 * A frozen upstream, a learned weighted sum of its layers and an LSTM are trained to say which speakers are active in each frame, in
 * whatever order, by permutation-invariant training. Reported: diarization error rate (DER) from the times of segments, of the checkpoint
 * that is best on the validation set, with the threshold and the median filter chosen there.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import { join } from 'node:path';
import {
  dataLoader,
  diarizationBatch,
  diarizationCorpus,
  diarizationDataset,
  diarizationTable,
  fixedBatchSampler,
  prepareDiarization,
} from '@s3/dataio';
import { defineProblem, defineRecipe, type PhaseRun, settingPath, type Table, withDefaults } from '@s3/interface';
import type { DiarizationLog } from '@s3/task-diarization';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import taskRecipe from './task-recipe.ts';

const training = {
  totalSteps: 30_000,
  logStep: 500,
  evalStep: 500,
  saveStep: 500,
  gradientClipping: 1,
  gradientAccumulate: 4,
  keepCheckpoints: 2,
};

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: diarizationCorpus.prefault({}),
    trainData: diarizationDataset.config.prefault({}),
    // S3PRL's chunks share nothing and are joined as they come; here the speakers of the next are told by what they share
    testData: withDefaults(diarizationDataset.config, { hopFrames: 1500 }).prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 8, shuffle: true }).prefault({}),
    validBatches: fixedBatchSampler.config.prefault({}),
    testBatches: fixedBatchSampler.config.prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus, model }, { onProgress }) =>
    prepareDiarization(corpus, { maxSpeakers: model.speakers, speakersSetting: settingPath(model, 'speakers'), onProgress }),
  encode: () => ({}),

  async buildProblem({ config, corpus, task, context }) {
    const { samplesPerFrame } = task;
    const { minSamples, sampleRate: modelRate } = task.model;
    async function chunksOf(name: string, table: Table, data: typeof config.testData) {
      const recordings = diarizationTable(table, join(context.targetDir, `${name}.csv`));
      const wiring = {
        recordings,
        speakers: config.model.speakers,
        speakersSetting: settingPath(config.model, 'speakers'),
        samplesPerFrame,
        minSamples,
        modelRate,
        ...context,
      };
      return { recordings, dataset: await diarizationDataset(wiring, data, context) };
    }

    const { dataset } = await chunksOf('train', corpus.train, config.trainData);
    const sampler = fixedBatchSampler(dataset, config.trainBatches, context);
    async function judgedBy(name: 'valid' | 'test', set: string, table: Table) {
      const { recordings, dataset } = await chunksOf(set, table, config.testData);
      const batches = name === 'valid' ? config.validBatches : config.testBatches;
      const regions = recordings.flatMap(({ regions }) => regions ?? []);
      const reference = { segments: recordings.flatMap(({ segments }) => segments), ...(regions.length > 0 && { regions }) };
      const loader = dataLoader({ dataset, sampler: fixedBatchSampler(dataset, batches, context), collate: diarizationBatch });
      return task[name]!.over(loader, reference);
    }
    const tests: Record<string, PhaseRun<DiarizationLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) tests[name] = await judgedBy('test', name, table);
    return defineProblem({
      train: task.train.over(dataLoader({ dataset, sampler, collate: diarizationBatch })),
      ...(corpus.valid && { valid: await judgedBy('valid', 'valid', corpus.valid) }),
      tests,
      best: { metric: 'der', order: 'min' },
    });
  },
});
