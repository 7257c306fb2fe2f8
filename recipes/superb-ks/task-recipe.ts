import { utteranceClassifier } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe } from '@s3/interface';
import { utteranceClassification } from '@s3/task-classification';
import { namedUpstream } from '@s3/upstream';
import { buildLabelTask, modelSettings } from '@s3/utterance-classification/task';

/** What a checkpoint of SUPERB keyword spotting is built of. */
export default defineTaskRecipe({
  name: 'superb-ks',
  summary: 'Keyword spotting on Speech Commands v1 or csv files, scored by accuracy',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: utteranceClassifier, task: utteranceClassification },
  settings: { model: modelSettings },
  buildTask: buildLabelTask,
});
