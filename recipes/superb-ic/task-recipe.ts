import { categoryEncoder } from '@s3/dataio';
import { utteranceClassifier } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { labelGroupClassification } from '@s3/task-classification';
import { namedUpstream } from '@s3/upstream';
import { connectedModel, modelSettings } from '@s3/utterance-classification/task';

const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: utteranceClassifier, task: labelGroupClassification },
  settings: { model: modelSettings },
};
type Build = TaskBuild<
  typeof usual.parts,
  typeof usual.settings,
  { readonly groups: readonly { readonly name: string; readonly labels: readonly string[] }[] }
>;

/** What a checkpoint of SUPERB intent classification is built of. */
export default defineTaskRecipe({
  name: 'superb-ic',
  summary: 'Intent classification on Fluent Speech Commands or csv files, scored by accuracy',
  ...usual,

  async buildTask({ config, parts, encoders, context }: Build) {
    const groups = encoders.groups.map(({ name, labels }) => ({ name, categories: categoryEncoder(labels) }));
    const outputSize = groups.reduce((sum, { categories }) => sum + categories.size, 0);
    const model = await connectedModel({ config, parts, context }, outputSize);
    return parts.task({ model, groups }, config.task, context);
  },
});
