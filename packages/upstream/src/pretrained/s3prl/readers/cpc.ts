import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { OriginalReader } from '../original-checkpoint.ts';

/** Modified CPC: `config` has the settings, `weights` the weights. */
export const readCpc: OriginalReader = ({ settings, keysOf }) => {
  if (!keysOf('weights').some((name) => name.startsWith('gEncoder.'))) return undefined;
  return { config: { ...sectionOf(settings('config')), model_type: 'cpc' }, weights: 'weights' };
};
