import { audioDataset, fixedBatchSampler, vocabularySettings } from '@s3/dataio';
import { withDefaults } from '@s3/interface';
import { optimizerSettings, schedulerSettings } from '@s3/trainer';
import { z } from 'zod';
import { modelSettings } from './model-settings.ts';

/** What is written, and which tokens it is made of. */
export const tokenizerSettings = vocabularySettings.extend({
  type: z
    .enum(['character', 'word', 'phoneme', 'subword'])
    .default('character')
    .describe('what is written: characters, words or phones with a space between, or subwords'),
  vocabularyFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'file with a token on each line, or for subwords a .model of SentencePiece or a tokenizer.json; null: the tokens of the training transcriptions',
    ),
  unknown: z
    .enum(['accept', 'refuse'])
    .default('accept')
    .describe('transcriptions with tokens outside the vocabulary: accept them as <unk> and report how many, or refuse to start'),
});

/** How recordings are read; not in part, since their transcriptions are whole. */
const dataSettings = audioDataset.config.omit({ maxSeconds: true });

/** Sections that recipes of speech to text share, beside `corpus`, `trainBatches` and `training`; those of SUPERB's ASR. */
export const speechToTextSettings = {
  tokenizer: tokenizerSettings.prefault({}),
  model: modelSettings,
  trainData: dataSettings.prefault({}),
  validData: dataSettings.prefault({}),
  testData: dataSettings.prefault({}),
  validBatches: fixedBatchSampler.config.prefault({}),
  testBatches: fixedBatchSampler.config.prefault({}),
  optimizer: withDefaults(optimizerSettings, { name: 'Adam', learningRate: 1e-4 }).prefault({}),
  scheduler: schedulerSettings.prefault({}),
};
