/**
 * SUPERB intent classification (IC) on Fluent Speech Commands, or several labels per utterance from csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers, and a linear probe of their mean over time, trained to
 * find the action, object and location of a command. Reported: accuracy, all three being right.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import {
  audioDataset,
  categoryEncoder,
  classificationCorpus,
  fixedBatchSampler,
  fluentSpeechCommandsGroups,
  labelGroupTable,
  labelledBatches,
  prepareClassification,
  prepareFluentSpeechCommands,
  requireKnownLabels,
} from '@s3/dataio';
import { meanPoolingLinear } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { type Corpus, connect, defineProblem, defineRecipe, InputError, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import { type LabelGroupLog, labelGroupClassification } from '@s3/task-classification';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const training = { totalSteps: 200_000, logStep: 100, evalStep: 5000, saveStep: 250, gradientClipping: 1 } as const;

export default defineRecipe({
  name: 'superb-ic',
  summary: 'Intent classification on Fluent Speech Commands or csv files, scored by accuracy',

  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: meanPoolingLinear, task: labelGroupClassification },
  settings: {
    corpus: classificationCorpus
      .extend({
        groups: z
          .array(z.string().min(1))
          .optional()
          .describe('names of the groups of labels, in their order; action, object, location for root, else numbers'),
      })
      .prefault({}),
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
    trainData: audioDataset.config.prefault({}),
    validData: audioDataset.config.prefault({}),
    testData: audioDataset.config.prefault({}),
    trainBatches: withDefaults(fixedBatchSampler.config, { batchSize: 32, shuffle: true }).prefault({}),
    validBatches: withDefaults(fixedBatchSampler.config, { batchSize: 32 }).prefault({}),
    testBatches: withDefaults(fixedBatchSampler.config, { batchSize: 32 }).prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare({ corpus: { groups: _, ...corpus } }, { onProgress }) {
    const read = (root: string) => prepareFluentSpeechCommands({ root, onProgress });
    return prepareClassification(corpus, { corpus: 'Fluent Speech Commands', read }, 'labels');
  },

  encode({ corpus: { root, groups } }, corpus) {
    const rows = labelGroupTable(corpus.train);
    const count = rows[0]!.labels.length;
    const names =
      groups ?? (root === undefined ? Array.from({ length: count }, (_, index) => `group ${index + 1}`) : [...fluentSpeechCommandsGroups]);
    if (names.length !== count) {
      throw new InputError(
        'corpus.groups',
        `${names.length} names`,
        `${count}, one for each label of an utterance`,
        'Name them all, or none.',
      );
    }
    return {
      groups: names.map((name, group) => {
        const categories = categoryEncoder(rows.map(({ labels }) => labels[group]!));
        for (const table of judgedTables(corpus)) requireKnownLabels(categories, groupOf(table, group, count));
        return { name, labels: categories.labels };
      }),
    };
  },

  async buildTask({ config, parts, encoders, context }) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const groups = encoders.groups.map(({ name, labels }) => ({ name, categories: categoryEncoder(labels) }));
    const outputSize = groups.reduce((sum, { categories }) => sum + categories.size, 0);
    const downstream = parts.downstream({ input: featurizer.output, outputSize }, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, groups }, config.task, context);
  },

  async buildProblem({ config, corpus, task, context }) {
    const labelOf = ({ labels }: { readonly labels: readonly string[] }) => labels;
    const train = await labelledBatches(
      {
        ...context,
        utterances: labelGroupTable(corpus.train),
        labelOf,
        sampler: (dataset) => fixedBatchSampler(dataset, config.trainBatches, context),
      },
      config.trainData,
      context,
    );

    async function judgedOn(table: Table, data: typeof config.testData, batches: typeof config.testBatches) {
      const sampler = (dataset: { readonly length: number }) => fixedBatchSampler(dataset, batches, context);
      return task.test.over(await labelledBatches({ ...context, utterances: labelGroupTable(table), labelOf, sampler }, data, context));
    }
    const tests: Record<string, PhaseRun<LabelGroupLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) tests[name] = await judgedOn(table, config.testData, config.testBatches);

    return defineProblem({
      train: task.train.over(train),
      ...(corpus.valid && { valid: await judgedOn(corpus.valid, config.validData, config.validBatches) }),
      tests,
      best: { metric: 'accuracy', order: 'max' },
    });
  },
});

/** Everything but training. */
const judgedTables = ({ valid, tests }: Corpus): readonly Table[] => [...(valid ? [valid] : []), ...Object.values(tests)];

function groupOf(table: Table, group: number, count: number) {
  return labelGroupTable(table).map(({ labels, where }) => {
    if (labels.length === count) return { label: labels[group]!, where };
    throw new InputError(where, `${labels.length} labels`, `${count}, as in training`, 'Mend the labels.');
  });
}
