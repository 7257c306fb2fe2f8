import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { OriginalReader } from '../original-checkpoint.ts';

/** APC and VQ-APC: `config` has the settings, `model` the weights. */
export const readApc: OriginalReader = ({ settings, keysOf }) => {
  if (!keysOf('model').some((name) => name.startsWith('rnn_layers.'))) return undefined;
  const config = settings('config');
  const parameters = sectionOf(config, 'model', 'paras');
  return { config: { model_type: 'apc', ...parameters, input: sectionOf(config, 'data', 'audio') }, weights: 'model' };
};
