import { categoryEncoder } from '@s3/dataio';
import { utteranceClassifier } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, type TaskBuild, withDefaults } from '@s3/interface';
import { utteranceClassification } from '@s3/task-classification';
import { namedUpstream } from '@s3/upstream';
import { connectedModel } from '@s3/utterance-classification/task';
import { z } from 'zod';

// each recording gives the same alone and in any batch, so that its hidden states can be computed once
const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: utteranceClassifier, task: utteranceClassification },
  settings: {
    upstream: withDefaults(namedUpstream.config, { name: 'fbank_no_cmvn', batching: 'independent' }).prefault({} as never),
    downstream: withDefaults(utteranceClassifier.config, { hiddenSizes: [] }).prefault({}),
    task: withDefaults(utteranceClassification.config, { classWeights: 'balanced' }).prefault({}),
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
  },
};
type Build = TaskBuild<
  typeof usual.parts,
  typeof usual.settings,
  { readonly labels: readonly string[]; readonly counts: readonly number[] }
>;

/** What a checkpoint of classes of one's own is built of. */
export default defineTaskRecipe({
  name: 'own-classes',
  summary: "Classes of one's own, from a folder of recordings each or csv files, scored by accuracy",
  ...usual,

  async buildTask({ config, parts, encoders, context }: Build) {
    const categories = categoryEncoder(encoders.labels);
    const model = await connectedModel({ config, parts, context }, categories.size);
    return parts.task({ model, categories, counts: encoders.counts }, config.task, context);
  },
});
