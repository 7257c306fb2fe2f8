/**
 * SUPERB phone recognition (PR) on LibriSpeech, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers and two linear layers on every frame are trained with
 * CTC to write down phones, which a lexicon gives for the words of the transcriptions. Reported: phone error rate
 * (PER), of the checkpoint that is best on the validation set.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import { phoneticTable, prepareSpeechToText, readLexicon, sortedSliceSampler, speechToTextCorpus } from '@s3/dataio';
import { defineRecipe, InputError, type Table, withDefaults } from '@s3/interface';
import { buildSpeechToTextProblem, encodeTranscriptions, speechToTextSettings, tokenizerSettings } from '@s3/speech-to-text';
import { optimizerSettings, trainingSettings } from '@s3/trainer';
import { z } from 'zod';
import taskRecipe from './task-recipe.ts';

const training = {
  totalSteps: 100_000,
  logStep: 100,
  evalStep: 1000,
  saveStep: 100,
  gradientClipping: 1,
  gradientAccumulate: 2,
  keepCheckpoints: 2,
};

const corpusSettings = speechToTextCorpus.extend({
  lexicons: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('files with a word and its phones on each line, separated by commas; without them the transcriptions are phones'),
});

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...speechToTextSettings,
    corpus: corpusSettings.prefault({}),
    tokenizer: withDefaults(tokenizerSettings, { type: 'phoneme' }).prefault({}),
    trainBatches: withDefaults(sortedSliceSampler.config, { batchSize: 16 }).prefault({ batchSize: 16 }),
    optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-2 }).prefault({}),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  async prepare({ corpus: { lexicons, ...source } }, context) {
    const corpus = await prepareSpeechToText(source, context);
    if (lexicons === undefined) {
      if (source.root === undefined) return corpus;
      throw new InputError(
        'corpus.lexicons',
        'no lexicon',
        'the phones of the words of LibriSpeech',
        'Name its lexicon, such as librispeech-lexicon.txt.',
      );
    }
    const lexicon = await readLexicon(typeof lexicons === 'string' ? lexicons.split(',').map((path) => path.trim()) : lexicons);
    const phonetic = (table: Table, name: string) => phoneticTable(table, lexicon, name);
    return {
      train: phonetic(corpus.train, 'the training set'),
      ...(corpus.valid && { valid: phonetic(corpus.valid, 'the validation set') }),
      tests: Object.fromEntries(Object.entries(corpus.tests).map(([name, table]) => [name, phonetic(table, name)])),
    };
  },

  encode: ({ tokenizer }, corpus) => encodeTranscriptions(tokenizer, corpus),
  buildProblem: (build) =>
    buildSpeechToTextProblem(build, {
      sampler: (dataset) => sortedSliceSampler(dataset, build.config.trainBatches, build.context),
      best: { metric: 'per', order: 'min' },
    }),
});
