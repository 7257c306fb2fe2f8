import { join } from 'node:path';
import {
  type AudioDataset,
  audioDataset,
  dataLoader,
  fixedBatchSampler,
  loadTokenizer,
  type TokenizerData,
  type TranscribedUtterance,
  transcriptTable,
  utteranceBatch,
} from '@s3/dataio';
import {
  type BatchSampler,
  type Corpus,
  defineProblem,
  type PhaseRun,
  type Problem,
  type RecipeContext,
  type Table,
  type WaveformModel,
} from '@s3/interface';
import type { RecognitionLog } from '@s3/task-ctc';
import type { z } from 'zod';
import type { SpeechToTextTask } from './build-task.ts';
import { unalignableMessage } from './unalignable-message.ts';

type DataSettings = Omit<z.output<typeof audioDataset.config>, 'maxSeconds'>;

/**
 * Joins a task to its transcribed utterances: trained in the batches of `sampler`, judged in batches of a fixed size.
 */
export async function buildSpeechToTextProblem(
  {
    config,
    corpus,
    encoders,
    task,
    context,
  }: {
    readonly config: { readonly [split in 'validBatches' | 'testBatches']: z.output<typeof fixedBatchSampler.config> } & {
      readonly [split in 'trainData' | 'validData' | 'testData']: DataSettings;
    };
    readonly corpus: Corpus;
    readonly encoders: { readonly tokenizer: TokenizerData };
    readonly task: SpeechToTextTask;
    readonly context: RecipeContext;
  },
  {
    sampler,
    best,
    utterancesOf = transcriptTable,
  }: {
    /** groups the training set to batches */
    readonly sampler: (dataset: AudioDataset<TranscribedUtterance>) => BatchSampler;
    /** the metric that chooses the checkpoint */
    readonly best: Problem<RecognitionLog>['best'];
    /** the utterances of a table, with the text that is to be written; by default its transcriptions */
    readonly utterancesOf?: (table: Table, name?: string) => readonly TranscribedUtterance[];
  },
): Promise<Problem<RecognitionLog>> {
  async function datasetOf(name: string, table: Table, data: DataSettings) {
    const { minSamples, sampleRate: modelRate } = task.model as Partial<WaveformModel<unknown>>;
    return await audioDataset(
      { utterances: utterancesOf(table, join(context.targetDir, `${name}.csv`)), minSamples, modelRate, ...context },
      data,
      context,
    );
  }
  const batchesOf = (dataset: AudioDataset<TranscribedUtterance>, samples: BatchSampler) =>
    dataLoader({
      dataset,
      sampler: samples,
      collate: (items) => ({ ...utteranceBatch(items), texts: items.map(({ text }) => text) }),
    });
  async function judgedBy(phase: typeof task.test, name: string, table: Table, data: DataSettings, batches: typeof config.testBatches) {
    const dataset = await datasetOf(name, table, data);
    return phase.over(batchesOf(dataset, fixedBatchSampler(dataset, batches, context)));
  }

  const trainSet = await datasetOf('train', corpus.train, config.trainData);
  const { downsampleRate } = task.model as Partial<WaveformModel<unknown>>;
  if (downsampleRate !== undefined) {
    const utterances = trainSet.utterances.map((utterance, index) => ({ ...utterance, samples: trainSet.lengths[index]! }));
    const message = unalignableMessage(utterances, await loadTokenizer(encoders.tokenizer), downsampleRate);
    if (message !== undefined) context.onMessage?.(message);
  }
  const train = batchesOf(trainSet, sampler(trainSet));
  const tests: Record<string, PhaseRun<RecognitionLog>> = {};
  for (const [name, table] of Object.entries(corpus.tests)) {
    tests[name] = await judgedBy(task.test, name, table, config.testData, config.testBatches);
  }
  return defineProblem({
    train: task.train.over(train),
    ...(corpus.valid && {
      valid: await judgedBy(task.valid ?? task.test, 'valid', corpus.valid, config.validData, config.validBatches),
    }),
    tests,
    best,
  });
}
