import type { OriginalReader } from '../original-checkpoint.ts';

/** DeCoAR: `model` has the weights, and nothing has settings: S3PRL knows them; here their shapes tell. */
export const readDecoar: OriginalReader = ({ keysOf, shapeOf, name }) => {
  const keys = keysOf('model');
  if (!keys.some((key) => key.startsWith('backward_lstm.'))) return undefined;
  const [hidden_size, feat_dim] = shapeOf('model', 'post_extract_proj.weight') ?? [];
  const layers = keys.filter((key) => /^forward_lstm\.weight_ih_l\d+$/.test(key));
  return {
    config: {
      model_type: 'decoar',
      input: { feat_dim },
      hidden_size,
      num_layers: layers.length,
      all_layers: name?.startsWith('decoar_layers') ?? false,
    },
    weights: 'model',
  };
};
