import { categoryEncoder } from '@s3/dataio';
import { utteranceClassifier } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { utteranceClassification } from '@s3/task-classification';
import { namedUpstream } from '@s3/upstream';
import { connectedModel } from '@s3/utterance-classification/task';
import { z } from 'zod';

const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: utteranceClassifier, task: utteranceClassification },
  settings: {
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
  },
};
type Build = TaskBuild<
  typeof usual.parts,
  typeof usual.settings,
  { readonly labels: readonly string[]; readonly counts: readonly number[] }
>;

/** What a checkpoint of SUPERB speaker identification is built of. */
export default defineTaskRecipe({
  name: 'superb-sid',
  summary: 'Speaker identification on VoxCeleb1 or csv files, scored by accuracy',
  ...usual,

  async buildTask({ config, parts, encoders, context }: Build) {
    const categories = categoryEncoder(encoders.labels);
    const model = await connectedModel({ config, parts, context }, categories.size);
    return parts.task({ model, categories, counts: encoders.counts }, config.task, context);
  },
});
