import { frameLinear } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, withDefaults } from '@s3/interface';
import { buildSpeechToTextTask, modelSettings } from '@s3/speech-to-text/task';
import { speechToTextCtc } from '@s3/task-ctc';
import { namedUpstream } from '@s3/upstream';

const phoneRecognition = withDefaults(speechToTextCtc, { metrics: ['per'] });

/** What a checkpoint of SUPERB phone recognition is built of. */
export default defineTaskRecipe({
  name: 'superb-pr',
  summary: 'Phone recognition on LibriSpeech or csv files, scored by phone error rate',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: frameLinear, task: phoneRecognition },
  settings: { model: modelSettings },
  buildTask: buildSpeechToTextTask,
});
