import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { OriginalReader } from '../original-checkpoint.ts';

/** what fairseq takes for settings that a checkpoint of before its configurations leaves out */
const olderDefaults = {
  conv_feature_layers: '[(512, 10, 5)] + [(512, 8, 4)] + [(512, 4, 2)] * 3',
  conv_aggregator_layers: '[(512, 3, 1)] * 9',
  skip_connections_agg: false,
  log_compression: false,
};

/** wav2vec and vq-wav2vec: as S3PRL converts them (`model_cfg`, `model_weight`), or as fairseq wrote them (`args`, `model`). */
export const readWav2vec: OriginalReader = ({ settings, keysOf }) => {
  const isOlder = keysOf('model').some((name) => name.startsWith('feature_aggregator.'));
  const weights = isOlder ? 'model' : 'model_weight';
  if (!keysOf(weights).some((name) => name.startsWith('feature_aggregator.'))) return undefined;
  const given = isOlder ? { ...olderDefaults, ...sectionOf(settings('args')) } : sectionOf(settings('model_cfg'));
  return { config: { ...given, model_type: 'wav2vec' }, weights };
};
