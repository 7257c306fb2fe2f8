import { z } from 'zod';

const count = z.int().positive().max(100_000);
const rate = z.number().min(0).max(1);
const gelu = z.literal('gelu').default('gelu');

/** What Whisper has by other names, of its encoder; and, for it and for w2v-BERT, windows and steps of the spectrogram and of what follows. */
function withOurNames(config: unknown): unknown {
  if (typeof config !== 'object' || config === null || !('model_type' in config)) return config;
  const given = config as { readonly [setting: string]: unknown };
  if (given['model_type'] === 'wav2vec2-bert')
    return { ...given, conv_dim: [160, 160], conv_kernel: [400, 2], conv_stride: [160, 2], num_conv_pos_embedding_groups: 1 };
  if (given['model_type'] !== 'whisper') return config;
  return {
    ...given,
    hidden_size: given['d_model'],
    num_hidden_layers: given['encoder_layers'],
    num_attention_heads: given['encoder_attention_heads'],
    intermediate_size: given['encoder_ffn_dim'],
    hidden_act: given['activation_function'],
    hidden_dropout: given['dropout'],
    conv_dim: [given['d_model'], given['d_model']],
    conv_kernel: [3, 3],
    conv_stride: [160, 2],
    num_conv_pos_embedding_groups: 1,
    do_stable_layer_norm: true,
  };
}

/**
 * The settings in a checkpoint's `config.json` that shape the network, by the names they have there.
 *
 * Everything else in the file (heads, losses, masking of pretraining) is passed over.
 */
const settings = z
  .object({
    model_type: z.enum([
      'wav2vec2',
      'hubert',
      'unispeech',
      'unispeech-sat',
      'wavlm',
      'data2vec-audio',
      'wav2vec2-conformer',
      'wav2vec2-bert',
      'whisper',
    ]),
    hidden_size: count.default(768),
    num_hidden_layers: count.max(1000).default(12),
    num_attention_heads: count.default(12),
    intermediate_size: count.default(3072),
    hidden_act: z.enum(['gelu', 'swish', 'silu']).default('gelu'),
    hidden_dropout: rate.default(0.1),
    activation_dropout: rate.default(0.1),
    attention_dropout: rate.default(0.1),
    feat_proj_dropout: rate.default(0),
    feat_proj_layer_norm: z.boolean().default(true),
    layer_norm_eps: z.number().positive().default(1e-5),
    do_stable_layer_norm: z.boolean().default(false),
    feat_extract_norm: z.enum(['group', 'layer']).default('group'),
    feat_extract_activation: gelu,
    conv_dim: z.array(count).nonempty().default([512, 512, 512, 512, 512, 512, 512]),
    conv_stride: z.array(count).nonempty().default([5, 2, 2, 2, 2, 2, 2]),
    conv_kernel: z.array(count).nonempty().default([10, 3, 3, 3, 3, 2, 2]),
    conv_bias: z.boolean().default(false),
    num_conv_pos_embeddings: count.optional(),
    num_conv_pos_embedding_groups: count.default(16),
    conv_pos_kernel_size: count.default(19),
    conv_pos_batch_norm: z.literal(false).default(false),
    num_buckets: count.default(320),
    max_bucket_distance: count.default(800),
    position_embeddings_type: z.enum(['relative', 'rotary', 'relative_key']).nullable().default('relative'),
    rotary_embedding_base: z.number().positive().default(10_000),
    conv_depthwise_kernel_size: count.default(31),
    conformer_conv_dropout: rate.default(0.1),
    left_max_position_embeddings: count.default(64),
    right_max_position_embeddings: count.default(8),
    feature_projection_input_dim: z.literal(160).default(160),
    num_mel_bins: count.default(80),
    max_source_positions: count.default(1500),
    adapter_attn_dim: count.nullable().default(null),
  })
  .check(({ value, issues }) => {
    const refuse = (path: keyof typeof value, message: string) =>
      void issues.push({ code: 'custom', path: [path], message, input: value[path] });
    const { hidden_size, num_attention_heads, num_conv_pos_embedding_groups } = value;
    if (value.conv_stride.length !== value.conv_dim.length)
      refuse('conv_stride', `has to have ${value.conv_dim.length} entries, as conv_dim`);
    if (value.conv_kernel.length !== value.conv_dim.length)
      refuse('conv_kernel', `has to have ${value.conv_dim.length} entries, as conv_dim`);
    if (hidden_size % num_attention_heads !== 0) refuse('num_attention_heads', `has to divide hidden_size, ${hidden_size}`);
    if (hidden_size % num_conv_pos_embedding_groups !== 0)
      refuse('num_conv_pos_embedding_groups', `has to divide hidden_size, ${hidden_size}`);
    if (value.model_type === 'wavlm' && (value.num_buckets < 4 || value.num_buckets % 4 !== 0))
      refuse('num_buckets', 'has to be a multiple of 4');
    const isBert = value.model_type === 'wav2vec2-bert';
    if (value.model_type !== 'wav2vec2-conformer' && !isBert) {
      if (value.hidden_act !== 'gelu') refuse('hidden_act', "has to be 'gelu'");
      return;
    }
    if (value.conv_depthwise_kernel_size % 2 === 0) refuse('conv_depthwise_kernel_size', 'has to be odd');
    const positions = value.position_embeddings_type;
    if (isBert !== (positions === 'relative_key'))
      refuse('position_embeddings_type', isBert ? "has to be 'relative_key'" : "has to be 'relative', 'rotary' or null");
    const turned = value.position_embeddings_type === 'rotary' ? hidden_size / num_attention_heads : hidden_size;
    if (turned % 2 !== 0) refuse('hidden_size', 'has to be even, and so has that of a head where positions are rotary');
  })
  .transform((config) => ({
    ...config,
    // normalized after its last layer
    do_stable_layer_norm: config.do_stable_layer_norm || config.model_type === 'wav2vec2-conformer',
    num_conv_pos_embeddings: config.num_conv_pos_embeddings ?? (config.model_type === 'data2vec-audio' ? 5 : 128),
  }));

/** The settings that shape the network, whatever the family calls them. */
export const networkConfig = z.preprocess(withOurNames, settings);

export type NetworkConfig = z.output<typeof networkConfig>;
