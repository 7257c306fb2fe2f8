/**
 * SUPERB slot filling (SF) on Audio SNIPS, or on csv files.
 *
 * A frozen upstream, a learned weighted sum of its layers and a bidirectional LSTM are trained with CTC to write down
 * what is said, letter by letter, and which words are slots: `to B-city new york E-city`. Reported: F1 of the slots' types
 * and error rates of their values, of the checkpoint with the best F1 on the validation set.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import { prepareSlotFilling, slotFillingCorpus, slotNames, slotTable, sortedSliceSampler } from '@s3/dataio';
import { defineRecipe, InputError, withDefaults } from '@s3/interface';
import { buildSpeechToTextProblem, encodeTranscriptions, speechToTextSettings } from '@s3/speech-to-text';
import { trainingSettings } from '@s3/trainer';
import taskRecipe from './task-recipe.ts';

const training = { totalSteps: 200_000, logStep: 100, evalStep: 2000, saveStep: 500, gradientClipping: 1, keepCheckpoints: 2 };

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...speechToTextSettings,
    corpus: slotFillingCorpus.prefault({}),
    trainBatches: withDefaults(sortedSliceSampler.config, { batchSize: 32 }).prefault({ batchSize: 32 }),
    training: withDefaults(trainingSettings, training).prefault({}),
  },

  prepare: ({ corpus }, context) => prepareSlotFilling(corpus, context),
  encode({ tokenizer, corpus: source }, corpus) {
    const slots = slotNames([corpus.train, ...(corpus.valid ? [corpus.valid] : []), ...Object.values(corpus.tests)]);
    if (slots.length === 0) {
      throw new InputError(
        String(source.train ?? source.root),
        'no slot in the column iob of any table',
        'words that fill slots, such as O O B-city I-city',
        'Give their tags; for texts without slots there is superb-asr.',
      );
    }
    return encodeTranscriptions(tokenizer, corpus, { slots, utterancesOf: slotTable });
  },
  buildProblem: (build) =>
    buildSpeechToTextProblem(build, {
      sampler: (dataset) => sortedSliceSampler(dataset, build.config.trainBatches, build.context),
      best: { metric: 'slotTypeF1', order: 'max' },
      utterancesOf: slotTable,
    }),
});
