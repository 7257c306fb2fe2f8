/**
 * SUPERB automatic speech recognition (ASR) on LibriSpeech, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers and a bidirectional LSTM are trained with CTC
 * to write down what is said, letter by letter. Reported: word error rate (WER), of the checkpoint that
 * is best on the validation set, decoded greedily and without a language model.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import {
  audioDataset,
  dataLoader,
  fixedBatchSampler,
  generateVocabulary,
  prepareSpeechToText,
  readVocabulary,
  requireKnownTokens,
  sortedBucketingSampler,
  speechToTextCorpus,
  textTokenizer,
  transcriptTable,
  utteranceBatch,
  vocabularySettings,
} from '@s3/dataio';
import { rnnEncoder, specAugment } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineProblem, defineRecipe, type PhaseRun, type Table, withDefaults } from '@s3/interface';
import { type RecognitionLog, speechToTextCtc } from '@s3/task-ctc';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const training = { totalSteps: 200_000, logStep: 100, evalStep: 2000, saveStep: 500, gradientClipping: 1, keepCheckpoints: 2 };

const tokenizerSettings = vocabularySettings.extend({
  type: z
    .enum(['character', 'word', 'phoneme'])
    .default('character')
    .describe('what is written: characters, or words or phones with a space between'),
  vocabularyFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('file with a token on each line; null: the tokens of the training transcriptions'),
  unknown: z
    .enum(['accept', 'refuse'])
    .default('accept')
    .describe('transcriptions with tokens outside the vocabulary: accept them as <unk> and report how many, or refuse to start'),
});

export default defineRecipe({
  name: 'superb-asr',
  summary: 'Speech recognition on LibriSpeech or csv files, scored by word error rate',

  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: rnnEncoder, augmentation: specAugment, task: speechToTextCtc },
  settings: {
    corpus: speechToTextCorpus.prefault({}),
    tokenizer: tokenizerSettings.prefault({}),
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
    // so small a maxLength that every batch is halved to 16, as in S3PRL
    trainBatches: withDefaults(sortedBucketingSampler.config, { batchSize: 32, maxLength: 2000, shuffle: true }).prefault({
      batchSize: 32,
    }),
    validBatches: fixedBatchSampler.config.prefault({}),
    testBatches: fixedBatchSampler.config.prefault({}),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: (config, context) => prepareSpeechToText(config.corpus, context),

  async encode({ tokenizer: { type, vocabularyFile, unknown, ...vocabulary } }, corpus) {
    const train = transcriptTable(corpus.train);
    const texts = train.map(({ text }) => text);
    const { data, ...tokenizer } = textTokenizer({
      type,
      vocabulary: vocabularyFile === null ? generateVocabulary(type, texts, vocabulary) : await readVocabulary(vocabularyFile),
    });
    if (unknown === 'refuse') {
      for (const table of [corpus.train, ...(corpus.valid ? [corpus.valid] : []), ...Object.values(corpus.tests)]) {
        requireKnownTokens(transcriptTable(table), { data, ...tokenizer });
      }
    }
    return { tokenizer: data };
  },

  async buildTask({ config, parts, encoders, context }) {
    const tokenizer = textTokenizer(encoders.tokenizer);
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const encoder = parts.downstream({ input: featurizer.output, outputSize: tokenizer.size }, config.downstream, context);
    const downstream = parts.augmentation({ model: encoder }, config.augmentation, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, tokenizer }, config.task, context);
  },

  async buildProblem({ config, corpus, task, context }) {
    const datasetOf = (table: Table) => audioDataset({ utterances: transcriptTable(table), ...context }, {}, context);
    const collate = (items: readonly { id: string; text: string; waveform: Float32Array }[]) => ({
      ...utteranceBatch(items),
      texts: items.map(({ text }) => text),
    });
    const trainSet = await datasetOf(corpus.train);
    const train = dataLoader({ dataset: trainSet, sampler: sortedBucketingSampler(trainSet, config.trainBatches, context), collate });

    async function judgedBy(table: Table, batches: typeof config.testBatches) {
      const dataset = await datasetOf(table);
      return task.test.over(dataLoader({ dataset, sampler: fixedBatchSampler(dataset, batches, context), collate }));
    }
    const tests: Record<string, PhaseRun<RecognitionLog>> = {};
    for (const [name, table] of Object.entries(corpus.tests)) tests[name] = await judgedBy(table, config.testBatches);
    return defineProblem({
      train: task.train.over(train),
      ...(corpus.valid && { valid: await judgedBy(corpus.valid, config.validBatches) }),
      tests,
      best: { metric: 'wer', order: 'min' },
    });
  },
});
