import { frameLinear } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineComponent, defineTaskRecipe, withDefaults } from '@s3/interface';
import { buildSpeechToTextTask, modelSettings } from '@s3/speech-to-text/task';
import { speechToTextCtc } from '@s3/task-ctc';
import { namedUpstream } from '@s3/upstream';

/** Speech to text, judged by its phones. */
const phoneRecognition = defineComponent({
  name: speechToTextCtc.componentName,
  config: withDefaults(speechToTextCtc.config, { metrics: ['per'] }),
  build: (wiring: Parameters<typeof speechToTextCtc>[0], config, context) => speechToTextCtc(wiring, config, context),
});

/** What a checkpoint of SUPERB phone recognition is built of. */
export default defineTaskRecipe({
  name: 'superb-pr',
  summary: 'Phone recognition on LibriSpeech or csv files, scored by phone error rate',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: frameLinear, task: phoneRecognition },
  settings: { model: modelSettings },
  buildTask: buildSpeechToTextTask,
});
