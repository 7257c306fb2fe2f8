import { utteranceClassifier } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, withDefaults } from '@s3/interface';
import { utteranceClassification } from '@s3/task-classification';
import { namedUpstream } from '@s3/upstream';
import { buildLabelTask, modelSettings } from '@s3/utterance-classification/task';

/** What a checkpoint of classes of one's own is built of. */
export default defineTaskRecipe({
  name: 'own-classes',
  summary: "Classes of one's own, from a folder of recordings each or csv files, scored by accuracy",
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: utteranceClassifier, task: utteranceClassification },
  settings: {
    // each recording gives the same alone and in any batch, so that its hidden states can be computed once
    upstream: withDefaults(namedUpstream.config, { name: 'fbank_no_cmvn', batching: 'independent' }).prefault({} as never),
    downstream: withDefaults(utteranceClassifier.config, { hiddenSizes: [] }).prefault({}),
    task: withDefaults(utteranceClassification.config, { classWeights: 'balanced' }).prefault({}),
    model: modelSettings,
  },
  buildTask: buildLabelTask,
});
