import { categoryEncoder } from '@s3/dataio';
import { hearPrediction } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { type PredictionType, scenePrediction } from '@s3/task-classification';
import { namedUpstream } from '@s3/upstream';
import { connectedModel, modelSettings } from '@s3/utterance-classification/task';

const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: hearPrediction, task: scenePrediction },
  settings: { model: modelSettings },
};
type Build = TaskBuild<
  typeof usual.parts,
  typeof usual.settings,
  {
    readonly labels: readonly string[];
    readonly predictionType: PredictionType;
    /** HEAR's names of its scores, the one that chooses the checkpoint first */
    readonly evaluation: readonly string[];
  }
>;

/** What a checkpoint of HEAR's scenes is built of. */
export default defineTaskRecipe({
  name: 'hear-scene',
  summary: 'HEAR tasks of scenes (ESC-50, FSD50K, NSynth, ...) or csv files, one label or several, scored as HEAR does',
  ...usual,

  async buildTask({ config, parts, encoders: { labels, predictionType, evaluation }, context }: Build) {
    const categories = categoryEncoder(labels);
    const model = await connectedModel({ config, parts, context }, categories.size);
    const pitches = config.task.pitches || evaluation.includes('chroma_acc');
    return parts.task({ model, categories, predictionType }, { ...config.task, pitches }, context);
  },
});
