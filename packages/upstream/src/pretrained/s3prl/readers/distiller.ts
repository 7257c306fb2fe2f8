import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { StoredTensor } from '../../tensor-files/stored-tensor.ts';
import type { OriginalReader } from '../original-checkpoint.ts';
import { fairseqEncoderSettings, fairseqName } from './fairseq.ts';

/** DistilHuBERT: `Config` has the settings, `Distiller` the weights, those of all its heads in one. */
export const readDistiller: OriginalReader = ({ settings, keysOf }) => {
  if (keysOf('Distiller').length === 0) return undefined;
  const config = sectionOf(settings('Config'), 'distiller');
  const { n_tasks = 12, final_dim = 768, out_layer_inter_dim: inner, encoder_embed_dim: size = 768 } = config;
  const { extractor_conv_feature_layers, activation_dropout = 0.1, encoder_layers = 1 } = config;
  const encoder = fairseqEncoderSettings('hubert', {
    ...config,
    activation_dropout,
    encoder_layers,
    ...(extractor_conv_feature_layers && { conv_feature_layers: extractor_conv_feature_layers }),
  });
  return {
    config: {
      ...config,
      model_type: 'distiller',
      encoder: { ...encoder, feat_proj_layer_norm: false },
      n_tasks,
      final_dim,
      out_layer_inter_dim: typeof inner === 'number' && inner > 0 ? inner : size,
    } as { readonly model_type: string },
    weights: 'Distiller',
    named: fairseqName,
    converted: (tensors) =>
      new Map([...tensors].flatMap(([name, tensor]) => [...headTensors(name, tensor, Number(n_tasks))] as [string, StoredTensor][])),
  };
};

/** A weight of all heads as one for each; others as they are. */
function headTensors(name: string, { shape, read }: StoredTensor, heads: number): readonly (readonly [string, StoredTensor])[] {
  const [, layer, part] = /^output_layer\.([02])\.(?:layer\.)?(weight|bias)$/.exec(name) ?? [];
  if (layer === undefined) return [[name, { shape, read }]];
  const count = shape.reduce((product, axis) => product * axis, 1) / heads;
  const [inputs = 0, outputs = 0] = shape.slice(-2);
  // (heads, inputs, outputs), where a single one has PyTorch's layout
  const isTurned = shape.length === 3;
  const own =
    layer === '0' ? [(shape[0] ?? 0) / heads, ...shape.slice(1)] : part === 'bias' ? shape.slice(-1) : isTurned ? [outputs, inputs] : shape;
  return Array.from({ length: heads }, (_, head) => [
    `output_layer.${head}.${layer === '0' ? 'inner' : 'outer'}.${part}`,
    {
      shape: own,
      async read() {
        const values = (await read()).slice(head * count, (head + 1) * count);
        return isTurned ? values.map((_, at) => values[(at % inputs) * outputs + Math.floor(at / inputs)]!) : values;
      },
    },
  ]);
}
