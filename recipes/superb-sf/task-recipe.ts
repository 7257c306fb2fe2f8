import { rnnEncoder, specAugment } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineComponent, defineTaskRecipe, withDefaults } from '@s3/interface';
import { buildSpeechToTextTask, modelSettings } from '@s3/speech-to-text/task';
import { speechToTextCtc } from '@s3/task-ctc';
import { namedUpstream } from '@s3/upstream';

/** Speech to text, judged by its slots. */
const slotFilling = defineComponent({
  name: speechToTextCtc.componentName,
  config: withDefaults(speechToTextCtc.config, {
    metrics: ['wer', 'cer', 'slotTypeF1', 'slotValueCer', 'slotValueWer', 'slotEditF1Full', 'slotEditF1Part'],
  }),
  build: (wiring: Parameters<typeof speechToTextCtc>[0], config, context) => speechToTextCtc(wiring, config, context),
});

/** What a checkpoint of SUPERB slot filling is built of. */
export default defineTaskRecipe({
  name: 'superb-sf',
  summary: 'Slot filling on Audio SNIPS or csv files, scored by slot type F1',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: rnnEncoder, augmentation: specAugment, task: slotFilling },
  settings: { model: modelSettings },
  buildTask: buildSpeechToTextTask,
});
