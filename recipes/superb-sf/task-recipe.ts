import { rnnEncoder, specAugment } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe, withDefaults } from '@s3/interface';
import { buildSpeechToTextTask, modelSettings } from '@s3/speech-to-text/task';
import { speechToTextCtc } from '@s3/task-ctc';
import { namedUpstream } from '@s3/upstream';

const slotFilling = withDefaults(speechToTextCtc, {
  metrics: ['wer', 'cer', 'slotTypeF1', 'slotValueCer', 'slotValueWer', 'slotEditF1Full', 'slotEditF1Part'],
});

/** What a checkpoint of SUPERB slot filling is built of. */
export default defineTaskRecipe({
  name: 'superb-sf',
  summary: 'Slot filling on Audio SNIPS or csv files, scored by slot type F1',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: rnnEncoder, augmentation: specAugment, task: slotFilling },
  settings: { model: modelSettings },
  buildTask: buildSpeechToTextTask,
});
