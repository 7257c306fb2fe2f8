/**
 * SUPERB automatic speech recognition (ASR) on LibriSpeech, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers and a bidirectional LSTM are trained with CTC
 * to write down what is said, letter by letter. Reported: word error rate (WER), of the checkpoint that
 * is best on the validation set; decoded greedily unless another decoder is chosen.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import { prepareSpeechToText, sortedBucketingSampler, speechToTextCorpus } from '@s3/dataio';
import { defineRecipe, withDefaults } from '@s3/interface';
import { buildSpeechToTextProblem, encodeTranscriptions, speechToTextSettings } from '@s3/speech-to-text';
import { trainingSettings } from '@s3/trainer';
import taskRecipe from './task-recipe.ts';

const training = { totalSteps: 200_000, logStep: 100, evalStep: 2000, saveStep: 500, gradientClipping: 1, keepCheckpoints: 2 };

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...speechToTextSettings,
    corpus: speechToTextCorpus.prefault({}),
    // so small a maxLength that every batch is halved to 16, as in S3PRL
    trainBatches: withDefaults(sortedBucketingSampler.config, { batchSize: 32, maxLength: 2000, shuffle: true }).prefault({
      batchSize: 32,
    }),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus }, context) => prepareSpeechToText(corpus, context),
  encode: ({ tokenizer }, corpus) => encodeTranscriptions(tokenizer, corpus),
  buildProblem: (build) =>
    buildSpeechToTextProblem(build, {
      sampler: (dataset) => sortedBucketingSampler(dataset, build.config.trainBatches, build.context),
      // languages without words are judged by their characters
      best: { metric: build.config.task.metrics.includes('wer') ? 'wer' : 'cer', order: 'min' },
    }),
});
