import { pythonTuples } from '../../../networks/s3prl/python-tuples.ts';
import { sectionOf } from '../../tensor-files/plain-value.ts';
import type { OriginalReader } from '../original-checkpoint.ts';

type Section = ReturnType<typeof sectionOf>;

/** fairseq's names of weights, and those of transformers. */
const renamed: readonly (readonly [fairseq: RegExp, ours: string])[] = [
  [/^(feature_extractor\.conv_layers\.\d+)\.0\./, '$1.conv.'],
  [/^(feature_extractor\.conv_layers\.\d+)\.2\.(1\.)?/, '$1.layer_norm.'],
  [/^layer_norm\./, 'feature_projection.layer_norm.'],
  [/^post_extract_proj\./, 'feature_projection.projection.'],
  [/^encoder\.pos_conv\.(\d+)\.0\./, 'encoder.pos_conv_embed.layers.$1.conv.'],
  [/^encoder\.pos_conv\.0\.weight_g$/, 'encoder.pos_conv_embed.conv.parametrizations.weight.original0'],
  [/^encoder\.pos_conv\.0\.weight_v$/, 'encoder.pos_conv_embed.conv.parametrizations.weight.original1'],
  [/^encoder\.pos_conv\.0\.bias$/, 'encoder.pos_conv_embed.conv.bias'],
  [/^(encoder\.layers\.\d+)\.self_attn\.grep_linear\./, '$1.attention.gru_rel_pos_linear.'],
  [/^(encoder\.layers\.\d+)\.self_attn\.grep_a$/, '$1.attention.gru_rel_pos_const'],
  [/^(encoder\.layers\.\d+)\.self_attn\.relative_attention_bias\./, '$1.attention.rel_attn_embed.'],
  [/^(encoder\.layers\.\d+)\.self_attn\./, '$1.attention.'],
  [/^(encoder\.layers\.\d+)\.self_attn_layer_norm\./, '$1.layer_norm.'],
  [/^(encoder\.layers\.\d+)\.fc1\./, '$1.feed_forward.intermediate_dense.'],
  [/^(encoder\.layers\.\d+)\.fc2\./, '$1.feed_forward.output_dense.'],
];

/** A weight's name as transformers has it. */
export const fairseqName = (name: string): string => renamed.reduce((own, [from, to]) => own.replace(from, to), name);

/**
 * Transformers on waveforms: as S3PRL converts them (`task_cfg`, `model_cfg`, `model_weight`), as fairseq wrote them (`cfg` of both, or `args`, and `model`),
 * or as Microsoft did (`cfg`, `model`).
 */
export const readFairseq: OriginalReader = ({ settings, keysOf }) => {
  const weights = keysOf('model_weight').length > 0 ? 'model_weight' : 'model';
  const keys = keysOf(weights);
  const has = (name: string) => keys.includes(name);
  if (!has('feature_extractor.conv_layers.0.0.weight') || !has('encoder.layers.0.fc1.weight')) return undefined;
  const whole = sectionOf(settings('cfg') ?? settings('args'));
  const isWhole = Object.hasOwn(whole, 'model');
  const model = weights === 'model_weight' ? sectionOf(settings('model_cfg')) : isWhole ? sectionOf(whole, 'model') : whole;
  const task = weights === 'model_weight' ? sectionOf(settings('task_cfg')) : isWhole ? sectionOf(whole, 'task') : whole;
  const family = has('encoder.layers.0.self_attn.grep_linear.weight')
    ? 'wavlm'
    : has('encoder.pos_conv.0.0.weight')
      ? 'data2vec-audio'
      : has('label_embs_concat') || Object.hasOwn(model, 'label_rate') || Object.hasOwn(model, 'skip_masked')
        ? 'hubert'
        : Object.hasOwn(model, 'relative_position_embedding')
          ? 'unispeech-sat'
          : 'wav2vec2';
  return {
    config: {
      model_type: 'fairseq',
      encoder: fairseqEncoderSettings(family, model),
      normalize: task['normalize'],
      masked_by: family === 'wav2vec2' || family === 'data2vec-audio' ? 'frames' : 'parts',
      layer_type: model['layer_type'],
      quantize_input: model['quantize_input'],
      ...(family === 'wavlm' && { gru_rel_pos: model['gru_rel_pos'] }),
    } as { readonly model_type: string },
    weights,
    named: fairseqName,
  };
};

/** The settings of the network by the names that transformers has for them; what fairseq's leave out has fairseq's default. */
export function fairseqEncoderSettings(family: string, model: Section): Section {
  const layers = pythonTuples(String(model['conv_feature_layers'] ?? '[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512,2,2)] * 2')) ?? [];
  const column = (at: number) => layers.map((layer) => layer[at] ?? 0);
  const { conv_pos = 128, pos_conv_depth = 1 } = model;
  return {
    model_type: family,
    hidden_size: model['encoder_embed_dim'] ?? 768,
    num_hidden_layers: model['encoder_layers'] ?? 12,
    num_attention_heads: model['encoder_attention_heads'] ?? 12,
    intermediate_size: model['encoder_ffn_embed_dim'] ?? 3072,
    hidden_act: model['activation_fn'] ?? 'gelu',
    hidden_dropout: model['dropout'] ?? 0.1,
    attention_dropout: model['attention_dropout'] ?? 0.1,
    activation_dropout: model['activation_dropout'] ?? 0,
    feat_proj_dropout: model['dropout_input'] ?? 0,
    do_stable_layer_norm: model['layer_norm_first'] ?? false,
    feat_extract_norm: model['extractor_mode'] === 'layer_norm' ? 'layer' : 'group',
    conv_dim: column(0),
    conv_kernel: column(1),
    conv_stride: column(2),
    conv_bias: model['conv_bias'] ?? false,
    num_conv_pos_embedding_groups: model['conv_pos_groups'] ?? 16,
    // stacked, each is narrower
    ...(family === 'data2vec-audio'
      ? {
          num_conv_pos_embeddings: pos_conv_depth,
          conv_pos_kernel_size: Math.max(3, Math.floor(Number(conv_pos) / Number(pos_conv_depth))),
        }
      : { num_conv_pos_embeddings: conv_pos }),
    ...(family === 'wavlm' && { num_buckets: model['num_buckets'] ?? 320, max_bucket_distance: model['max_distance'] ?? 1280 }),
  };
}
