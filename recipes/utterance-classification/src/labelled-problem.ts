import { join } from 'node:path';
import {
  type AudioDataset,
  type AudioUtterance,
  type audioDataset,
  fixedBatchSampler,
  type LabelledUtteranceBatch,
  labelledBatches,
} from '@s3/dataio';
import {
  type BatchSampler,
  type Corpus,
  defineProblem,
  type Log,
  type PhaseRun,
  type Problem,
  type RecipeContext,
  type Table,
  type Task,
  type WaveformModel,
} from '@s3/interface';
import type { z } from 'zod';

type AudioSettings = z.output<typeof audioDataset.config>;
type BatchSettings = z.output<typeof fixedBatchSampler.config>;

/**
 * A classifier of utterances joined to its data: trained on one table, judged on the others by its accuracy, unless another metric is named.
 *
 * @param build what the recipe's `buildProblem` is given
 * @param reading how a table is read: its utterances, what is known of each, and how training groups them to batches
 * @throws InputError as `labelledBatches`
 */
export async function labelledProblem<U extends AudioUtterance, Label, L extends Log & { readonly accuracy: number }>(
  {
    config,
    corpus,
    task,
    context,
  }: {
    readonly config: {
      readonly trainData: AudioSettings;
      readonly validData: AudioSettings;
      readonly testData: AudioSettings;
      readonly validBatches: BatchSettings;
      readonly testBatches: BatchSettings;
    };
    readonly corpus: Corpus;
    readonly task: Pick<Task<LabelledUtteranceBatch<Label>, LabelledUtteranceBatch<Label>, L>, 'model' | 'train' | 'test'>;
    readonly context: RecipeContext;
  },
  {
    utterancesOf,
    labelOf,
    trainBatches,
    metric = 'accuracy',
  }: {
    /** @param name what errors call the table */
    readonly utterancesOf: (table: Table, name: string) => readonly U[];
    readonly labelOf: (utterance: U) => Label;
    readonly trainBatches: (dataset: AudioDataset<U>) => BatchSampler;
    /** chooses the checkpoint; the higher the better */
    readonly metric?: keyof L & string;
  },
): Promise<Problem<L>> {
  const batchesOf = (name: string, table: Table, data: AudioSettings, sampler: (dataset: AudioDataset<U>) => BatchSampler) => {
    const { minSamples, sampleRate: modelRate } = task.model as Partial<WaveformModel<unknown>>;
    const utterances = utterancesOf(table, join(context.targetDir, `${name}.csv`));
    return labelledBatches({ ...context, minSamples, modelRate, utterances, labelOf, sampler }, data, context);
  };
  const judgedOn = async (name: string, table: Table, data: AudioSettings, batches: BatchSettings): Promise<PhaseRun<L>> =>
    task.test.over(await batchesOf(name, table, data, (dataset) => fixedBatchSampler(dataset, batches, context)));

  const train = await batchesOf('train', corpus.train, config.trainData, trainBatches);
  const tests: Record<string, PhaseRun<L>> = {};
  for (const [name, table] of Object.entries(corpus.tests)) {
    tests[name] = await judgedOn(name, table, config.testData, config.testBatches);
  }
  return defineProblem<L>({
    train: task.train.over(train),
    ...(corpus.valid && { valid: await judgedOn('valid', corpus.valid, config.validData, config.validBatches) }),
    tests,
    best: { metric, order: 'max' },
  });
}
