import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { OriginalReader } from '../original-checkpoint.ts';

/** NPC: `config` has the settings, `model` the weights. */
export const readNpc: OriginalReader = ({ settings, keysOf }) => {
  if (!keysOf('model').some((name) => name.startsWith('masked_convs.'))) return undefined;
  const config = settings('config');
  const parameters = sectionOf(config, 'model', 'paras');
  return { config: { model_type: 'npc', ...parameters, input: sectionOf(config, 'data', 'audio') }, weights: 'model' };
};
