import type { OriginalReader } from '../original-checkpoint.ts';
import { fairseqName } from './fairseq.ts';

/** heads of its attention, which no weight tells */
const heads = 12;

/** DeCoAR 2.0: `model` has the weights, and nothing has settings: S3PRL knows them; here their shapes tell, where they do. */
export const readDecoar2: OriginalReader = ({ keysOf, shapeOf }) => {
  const keys = keysOf('model');
  const [size, feat_dim] = shapeOf('model', 'post_extract_proj.weight') ?? [];
  const [, inGroup, taps] = shapeOf('model', 'encoder.pos_conv.0.weight_v') ?? [];
  // other encoders of fairseq project what convolutions make of the waveform
  if (!keys.includes('post_extract_proj.weight') || !size || !inGroup || keys.some((key) => key.startsWith('feature_extractor.')))
    return undefined;
  return {
    config: {
      model_type: 'decoar2',
      input: { feat_dim },
      hidden_size: size,
      num_hidden_layers: keys.filter((key) => /^encoder\.layers\.\d+\.fc1\.weight$/.test(key)).length,
      num_attention_heads: heads,
      intermediate_size: shapeOf('model', 'encoder.layers.0.fc1.weight')?.[0],
      num_conv_pos_embeddings: taps,
      num_conv_pos_embedding_groups: size / inGroup,
    },
    weights: 'model',
    // its projection has the name that it has there
    named: (name) => (name.startsWith('encoder.') ? fairseqName(name) : name),
  };
};
