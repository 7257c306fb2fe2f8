import { z } from 'zod';
import { frameShift, windowSize } from '../../frame-grid.ts';
import { type StackedLayer, throughLayers } from '../layers/layer-stack.ts';
import { affineWeights, normWeights } from '../layers/layer-weights.ts';
import { multiHeadAttention } from '../layers/self-attention.ts';
import { transformerLayer } from '../layers/transformer-layer.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';

const count = z.coerce.number().int().positive().max(100_000);
const rate = z.coerce.number().min(0).max(1);

/** The settings of Mockingjay, TERA and Audio ALBERT, by S3PRL's names; `input` is how their spectrogram is made. */
export const mockingjayConfig = z
  .object({
    model_type: z.literal('mockingjay'),
    input: z.object({
      feat_type: z.enum(['mel', 'linear']),
      log: z.literal(true),
      delta: z.literal(0).default(0),
      cmvn: z.literal(true),
      n_mels: z.int().min(4).max(128).default(40),
      sample_rate: z.literal(16_000).default(16_000),
      win_ms: z.literal(25).default(25),
      hop_ms: z.literal(10).default(10),
      n_freq: z.literal(201).default(201),
      target_level: z.number().min(-200).max(200),
    }),
    sequence_length: z.int().max(1e6),
    hidden_size: count,
    num_hidden_layers: count.max(1000),
    num_attention_heads: count,
    intermediate_size: count,
    hidden_act: z.enum(['gelu', 'relu', 'swish']),
    hidden_dropout_prob: rate,
    attention_probs_dropout_prob: rate,
    layer_norm_eps: z.coerce.number().positive(),
    share_layer: z.boolean(),
    pre_layer_norm: z.boolean(),
  })
  .refine(({ hidden_size, num_attention_heads }) => hidden_size % num_attention_heads === 0 && hidden_size % 2 === 0, {
    path: ['hidden_size'],
    error: 'has to be even, and a multiple of num_attention_heads',
  });

type Config = z.output<typeof mockingjayConfig>;

/**
 * Mockingjay, TERA and Audio ALBERT, which differ in their training and their settings alone: a transformer on spectrograms.
 *
 * (batch, samples), scaled to a level, to hidden states (batch, frames, features). What has more frames than were trained on goes through
 * the transformer in pieces of the same length, each with positions of its own.
 *
 * Liu et al., "Mockingjay", 2020; "TERA", 2021; Chi et al., "Audio ALBERT", 2021.
 */
export function mockingjay(config: Config): DescribedNetwork {
  const {
    input,
    sequence_length: longest,
    hidden_size: size,
    num_hidden_layers,
    num_attention_heads: heads,
    layer_norm_eps: epsilon,
  } = config;
  const { names, weights } = weightNames();
  const own = names.within('input_representations');
  const bins = input.feat_type === 'mel' ? input.n_mels : undefined;
  const spectrogram = { window: windowSize, mel: bins === undefined ? undefined : { bins }, added: 1e-10 };
  const projection = affineWeights(own.within('spec_transform'), bins ?? input.n_freq, size);
  const norm = normWeights(own.within('LayerNorm'), size, epsilon);
  const encoder = names.within('encoder');
  const kept = Array.from({ length: config.share_layer ? 1 : num_hidden_layers }, (_, layer) =>
    bertLayer(encoder.within(`layer.${layer}`), config),
  );
  const layers = Array.from({ length: num_hidden_layers }, (_, layer) => kept[config.share_layer ? 0 : layer]!);
  const outputNorms = config.pre_layer_norm
    ? Array.from({ length: num_hidden_layers + 1 }, (_, layer) => normWeights(encoder.within(`LayerNorm.${layer}`), size, epsilon))
    : undefined;
  const piece = (frames: number) => (longest > 0 ? Math.min(frames, longest) : frames);
  return {
    weights,
    // norms by a second name, and shared layers by each of theirs
    unread: config.share_layer
      ? /^encoder\.layer\.([1-9]\d*\.|0\.(attention\.)?LayerNorm\.)/
      : /^encoder\.layer\.\d+\.(attention\.)?LayerNorm\./,
    size,
    hiddenStates: num_hidden_layers + 1,
    downsampleRate: frameShift,
    frames: (samples) => Math.floor(samples / frameShift) + 1,
    windows: [{ taps: windowSize, stride: frameShift, padding: windowSize }],
    steps: 'share',
    level: input.target_level,
    bytes(_samples, frames, gradients) {
      const layer = heads * frames * piece(frames) * (gradients ? 5 : 3) + frames * (4 * config.intermediate_size + 12 * size);
      return 4 * (2 * frames * size * (num_hidden_layers + 1) + (gradients ? num_hidden_layers : 1) * layer);
    },
    sections: {
      convolutions: [],
      before: [own.prefix],
      layers: kept.map(({ prefix }, layer) => [prefix, encoder.within(`LayerNorm.${layer}`).prefix]),
    },
    forward<T>(operations: Operations<T>, { waveforms, mask, highest }: NetworkInput<T>): T[] {
      const { scoped } = operations;
      const features = operations.stage(waveforms, 'no weights', (x) =>
        scoped(() => operations.normalizeSteps(operations.logSpectrogram(x, spectrogram), mask, { deviation: 1e-10 })),
      );
      const { pieces, mask: shown, whole } = operations.inPieces(features, mask, longest > 0 ? longest : Number.POSITIVE_INFINITY);
      const placed = operations.stage(pieces, own.prefix, (x) =>
        scoped(() => {
          const sum = operations.add(operations.affine(x, projection), operations.stepWaves(x, size));
          return operations.dropout(operations.layerNorm(sum, norm), config.hidden_dropout_prob);
        }),
      );
      return throughLayers(operations, placed, layers, { mask: shown, highest }).map((state, layer) =>
        scoped(() => whole(outputNorms ? operations.layerNorm(state, outputNorms[layer]!) : state)),
      );
    },
  };
}

function bertLayer(names: WeightNames, config: Config): StackedLayer {
  const { hidden_size: size, intermediate_size: wide, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const self = names.within('attention.self');
  const weights = (name: string) => affineWeights(self.within(name), size, size);
  const [query, key, value] = [weights('query'), weights('key'), weights('value')];
  const output = affineWeights(names.within('attention.output.dense'), size, size);
  return {
    prefix: names.prefix,
    forward: transformerLayer({
      attention: multiHeadAttention({ query, key, value, output }, { size, heads, dropout: config.attention_probs_dropout_prob }),
      attentionNorm: normWeights(names.within('attention.output.LayerNorm'), size, epsilon),
      widen: affineWeights(names.within('intermediate.dense'), size, wide),
      narrow: affineWeights(names.within('output.dense'), wide, size),
      feedForwardNorm: normWeights(names.within('output.LayerNorm'), size, epsilon),
      normalizesFirst: config.pre_layer_norm,
      activation: config.hidden_act,
      dropout: config.hidden_dropout_prob,
    }),
  };
}
