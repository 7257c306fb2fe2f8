import { rnnEncoder, specAugment } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { defineTaskRecipe } from '@s3/interface';
import { buildSpeechToTextTask, modelSettings } from '@s3/speech-to-text/task';
import { speechToTextCtc } from '@s3/task-ctc';
import { namedUpstream } from '@s3/upstream';

/** What a checkpoint of SUPERB speech recognition is built of. */
export default defineTaskRecipe({
  name: 'superb-asr',
  summary: 'Speech recognition on LibriSpeech or csv files, scored by word error rate',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: rnnEncoder, augmentation: specAugment, task: speechToTextCtc },
  settings: { model: modelSettings },
  buildTask: buildSpeechToTextTask,
});
