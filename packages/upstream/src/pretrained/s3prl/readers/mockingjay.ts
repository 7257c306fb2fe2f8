import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { OriginalReader } from '../original-checkpoint.ts';

/** Mockingjay, TERA and Audio ALBERT: `Config`, of later ones `Upstream_Config`, has the settings, `Transformer` the weights. */
export const readMockingjay: OriginalReader = ({ settings, keysOf }) => {
  if (keysOf('Transformer').length === 0) return undefined;
  const older = settings('Config');
  const config = Object.hasOwn(sectionOf(older), 'transformer') ? older : settings('Upstream_Config');
  const { input, ...audio } = sectionOf(config, 'audio');
  return {
    config: {
      model_type: 'mockingjay',
      ...sectionOf(config, 'transformer'),
      ...sectionOf(config, 'task'),
      input: { ...audio, ...sectionOf(input) },
    },
    weights: 'Transformer',
    named: (name) => name.replace('gamma', 'weight').replace('beta', 'bias'),
  };
};
