import { z } from 'zod';
import { floor } from '../../features/kaldi-features.ts';
import { frameShift, windowSize } from '../../frame-grid.ts';
import { type StackedLayer, throughLayers } from '../layers/layer-stack.ts';
import { affineWeights, normWeights } from '../layers/layer-weights.ts';
import { multiHeadAttention } from '../layers/self-attention.ts';
import { transformerLayer } from '../layers/transformer-layer.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);
const rate = z.number().min(0).max(1);

/** The settings of AST that shape the network, by the names that transformers has for them. */
export const audioSpectrogramTransformerConfig = z
  .object({
    model_type: z.literal('audio-spectrogram-transformer'),
    hidden_size: count.default(768),
    num_hidden_layers: count.max(1000).default(12),
    num_attention_heads: count.default(12),
    intermediate_size: count.default(3072),
    hidden_act: z.literal('gelu').default('gelu'),
    hidden_dropout_prob: rate.default(0),
    attention_probs_dropout_prob: rate.default(0),
    layer_norm_eps: z.number().positive().default(1e-12),
    qkv_bias: z.boolean().default(true),
    // mel bands and frames of a patch: one number for both, or two
    patch_size: z.union([count, z.tuple([count, count])]).default(16),
    frequency_stride: count.default(10),
    time_stride: count.default(10),
    num_mel_bins: z.int().min(4).max(128).default(128),
    // frames of 10 ms that are heard at once
    max_length: z.int().min(8).max(100_000).default(1024),
    // of the mel bands that it was trained on
    mean: z.number().default(-4.2677393),
    std: z.number().positive().default(4.5689974),
  })
  .check(({ value, issues }) => {
    const refuse = (path: keyof typeof value, message: string) =>
      void issues.push({ code: 'custom', path: [path], message, input: value[path] });
    if (value.hidden_size % value.num_attention_heads !== 0)
      refuse('num_attention_heads', `has to divide hidden_size, ${value.hidden_size}`);
    const [bins, frames] = patchOf(value);
    if (bins > value.num_mel_bins || frames > value.max_length) refuse('patch_size', 'has to fit into num_mel_bins and max_length');
  });

type SpectrogramTransformerConfig = z.output<typeof audioSpectrogramTransformerConfig>;

const patchOf = ({ patch_size }: Pick<SpectrogramTransformerConfig, 'patch_size'>): readonly [bins: number, frames: number] =>
  typeof patch_size === 'number' ? [patch_size, patch_size] : patch_size;

/** of class and distillation */
const tokens = 2;

/**
 * AST and SSAST: a transformer on the patches of a spectrogram, which hears so many seconds at once; longer waveforms are cut into
 * segments of these, the last one zero-padded, and each is heard by itself.
 *
 * (batch, samples) to hidden states (batch, frames, patches above one another * features): the output of each layer.
 *
 * Gong et al., "AST: Audio Spectrogram Transformer", 2021, and "SSAST: Self-Supervised Audio Spectrogram Transformer", 2022.
 */
export function audioSpectrogramTransformer(config: SpectrogramTransformerConfig): DescribedNetwork {
  const { hidden_size: features, num_mel_bins: bins, max_length: frames } = config;
  const { frequency_stride: bandStride, time_stride: frameStride } = config;
  const size = patchOf(config);
  const rows = Math.floor((bins - size[0]) / bandStride) + 1;
  const columns = Math.floor((frames - size[1]) / frameStride) + 1;
  const samples = frames * frameShift;
  const { names, weights } = weightNames();
  const embeddings = names.within('embeddings');
  const patch = {
    weight: embeddings.weight('patch_embeddings.projection.weight', features, 1, ...size),
    bias: embeddings.weight('patch_embeddings.projection.bias', features),
    rows,
    stride: [bandStride, frameStride] as const,
  };
  const before = ['cls_token', 'distillation_token'].map((name) => embeddings.weight(name, 1, 1, features));
  const position = embeddings.weight('position_embeddings', 1, rows * columns + tokens, features);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) =>
    spectrogramLayer(names.within(`encoder.layer.${layer}`), config),
  );
  const silent = frames - (Math.floor((samples - windowSize) / frameShift) + 1);
  return {
    weights,
    unread: /^layernorm\./,
    size: rows * features,
    hiddenStates: layers.length,
    downsampleRate: frameShift * frameStride,
    segment: { samples, frames: columns },
    windows: [],
    frames: (given: number) => Math.ceil(given / samples) * columns,
    sections: { convolutions: ['embeddings.patch_embeddings.'], before: ['embeddings.'], layers: layers.map(({ prefix }) => [prefix]) },
    bytes(given, _, gradients) {
      const steps = rows * columns + tokens;
      const layer = config.num_attention_heads * steps ** 2 * (gradients ? 5 : 3) + steps * (4 * config.intermediate_size + 12 * features);
      const segments = Math.ceil(given / samples);
      return 4 * segments * (2 * layers.length * steps * features + (gradients ? layers.length * layer : layer));
    },
    forward<T>(operations: Operations<T>, { waveforms, highest = layers.length - 1 }: NetworkInput<T>): T[] {
      const { scoped } = operations;
      const patches = operations.stage(waveforms, 'embeddings.patch_embeddings.', (x) =>
        scoped(() => {
          const mel = operations.kaldiMel(operations.segments(x, samples), { bins, window: 'hanning', floor });
          const normalized = operations.multiply(operations.add(mel, -config.mean), 0.5 / config.std);
          return operations.patches(operations.silentSteps(normalized, silent), patch);
        }),
      );
      const placed = operations.stage(patches, 'embeddings.', (x) =>
        scoped(() => operations.dropout(operations.addSteps(operations.prepend(x, before), position), config.hidden_dropout_prob)),
      );
      const [, ...outputs] = throughLayers(operations, placed, layers, { highest: highest + 1 });
      return outputs.map((output) =>
        scoped(() => {
          const beside = operations.besideOneAnother(output, { skipped: tokens, rows, features });
          return operations.joinSegments(beside, waveforms, { size: samples, features: rows * features });
        }),
      );
    },
  };
}

function spectrogramLayer(names: WeightNames, config: SpectrogramTransformerConfig): StackedLayer {
  const { hidden_size: size, intermediate_size: wide, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const own = names.within('attention');
  const asked = (name: string) => {
    const weight = own.weight(`attention.${name}.weight`, size, size);
    return config.qkv_bias ? { weight, bias: own.weight(`attention.${name}.bias`, size) } : { weight };
  };
  const [query, key, value] = [asked('query'), asked('key'), asked('value')];
  const output = affineWeights(own.within('output.dense'), size, size);
  return {
    prefix: names.prefix,
    forward: transformerLayer({
      attention: multiHeadAttention({ query, key, value, output }, { size, heads, dropout: config.attention_probs_dropout_prob }),
      widen: affineWeights(names.within('intermediate.dense'), size, wide),
      narrow: affineWeights(names.within('output.dense'), wide, size),
      attentionNorm: normWeights(names.within('layernorm_before'), size, epsilon),
      feedForwardNorm: normWeights(names.within('layernorm_after'), size, epsilon),
      normalizesFirst: true,
      dropout: config.hidden_dropout_prob,
    }),
  };
}
