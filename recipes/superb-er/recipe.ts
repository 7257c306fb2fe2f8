/**
 * SUPERB emotion recognition (ER) on IEMOCAP, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers, and a linear probe of their mean over time, trained to
 * tell four emotions apart. Each of the five folds tests another session; the mean of their accuracies is reported.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import {
  audioDataset,
  categoryEncoder,
  classificationCorpus,
  encodeLabels,
  fixedBatchSampler,
  labelledBatches,
  labelTable,
  prepareClassification,
  prepareIemocap,
} from '@s3/dataio';
import { meanPoolingLinear } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineProblem, defineRecipe, InputError, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import { type ClassificationLog, utteranceClassification } from '@s3/task-classification';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const training = { totalSteps: 30_000, logStep: 500, evalStep: 1000, saveStep: 1000, gradientClipping: 1, gradientAccumulate: 8 } as const;

export default defineRecipe({
  name: 'superb-er',
  summary: 'Emotion recognition on IEMOCAP or csv files, scored by accuracy',

  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: meanPoolingLinear, task: utteranceClassification },
  settings: {
    corpus: classificationCorpus
      .extend({
        testFold: z.int().min(0).max(4).optional().describe('fold of IEMOCAP to test on, 0 to 4: its Session1 to Session5'),
        validRatio: z.number().min(0).lt(1).default(0.2).describe('share of the other sessions that chooses the checkpoint, 0..1'),
      })
      .prefault({}),
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
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

  async buildTask({ config, parts, encoders, context }) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const categories = categoryEncoder(encoders.labels);
    const downstream = parts.downstream({ input: featurizer.output, outputSize: categories.size }, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, categories, counts: encoders.counts }, config.task, context);
  },

  async buildProblem({ config, corpus, task, context }) {
    const labelOf = ({ label }: { readonly label: string }) => label;
    const train = await labelledBatches(
      {
        ...context,
        utterances: labelTable(corpus.train),
        labelOf,
        sampler: (dataset) => fixedBatchSampler(dataset, config.trainBatches, context),
      },
      config.trainData,
      context,
    );

    async function judgedOn(table: Table, data: typeof config.testData, batches: typeof config.testBatches) {
      const sampler = (dataset: { readonly length: number }) => fixedBatchSampler(dataset, batches, context);
      return task.test.over(await labelledBatches({ ...context, utterances: labelTable(table), labelOf, sampler }, data, context));
    }
    const tests: Record<string, PhaseRun<ClassificationLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) tests[name] = await judgedOn(table, config.testData, config.testBatches);

    return defineProblem({
      train: task.train.over(train),
      ...(corpus.valid && { valid: await judgedOn(corpus.valid, config.validData, config.validBatches) }),
      tests,
      best: { metric: 'accuracy', order: 'max' },
    });
  },
});
