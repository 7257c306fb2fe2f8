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
  judgedTables,
  labelGroupTable,
  prepareClassification,
  prepareFluentSpeechCommands,
  requireKnownLabels,
} from '@s3/dataio';
import { defineRecipe, InputError, type Table, withDefaults } from '@s3/interface';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { labelledProblem } from '@s3/utterance-classification';
import { z } from 'zod';
import taskRecipe from './task-recipe.ts';

const training = { totalSteps: 200_000, logStep: 100, evalStep: 5000, saveStep: 250, gradientClipping: 1, keepCheckpoints: 2 } as const;

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: classificationCorpus
      .extend({
        groups: z
          .array(z.string().min(1))
          .refine((names) => new Set(names).size === names.length, 'each name once: results are told apart by it')
          .optional()
          .describe('names of the groups of labels, in their order; action, object, location for root, else numbers'),
      })
      .prefault({}),
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
    const rows = labelGroupTable(corpus.train, 'train.csv');
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
        for (const [file, table] of judgedTables(corpus)) requireKnownLabels(categories, groupOf(table, file, group, count));
        return { name, labels: categories.labels };
      }),
    };
  },

  buildProblem: ({ config, corpus, task, context }) =>
    labelledProblem(
      { config, corpus, task, context },
      {
        utterancesOf: labelGroupTable,
        labelOf: ({ labels }) => labels,
        trainBatches: (dataset) => fixedBatchSampler(dataset, config.trainBatches, context),
      },
    ),
});

function groupOf(table: Table, file: string, group: number, count: number) {
  return labelGroupTable(table, file).map(({ labels, where }) => {
    if (labels.length === count) return { label: labels[group]!, where };
    throw new InputError(where, `${labels.length} labels`, `${count}, as in training`, 'Mend the labels.');
  });
}
