import { z } from 'zod';
import { activated } from '../layers/activation.ts';
import { gumbelQuantizer, kmeansQuantizer } from '../layers/code-quantizer.ts';
import { normWeights } from '../layers/layer-weights.ts';
import type { DescribedNetwork } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';
import { pythonTuples } from './python-tuples.ts';

const count = z.int().positive().max(100_000);
const rate = z.number().min(0).max(1);
const layers = z.string().transform((text, { issues }) => {
  const tuples = pythonTuples(text);
  const isLayer = (tuple: readonly number[]) => tuple.length === 3 && tuple.every((value) => value >= 1);
  if (tuples?.length && tuples.every(isLayer)) return tuples.map(([size, taps, stride]) => ({ size: size!, taps: taps!, stride: stride! }));
  issues.push({ code: 'custom', message: 'has to be a list such as [(512, 10, 5)] + [(512, 4, 2)] * 3', input: text });
  return z.NEVER;
});
const temperatures = z.preprocess(
  (given) => (typeof given === 'string' ? given.match(/[\d.e-]+/g)?.map(Number) : given),
  z.array(z.number().positive()).length(3),
);

/** The settings of fairseq that shape the network, by the names that they have there. */
export const wav2vecConfig = z
  .object({
    model_type: z.literal('wav2vec'),
    conv_feature_layers: layers.prefault(
      '[(512, 10, 5), (512, 8, 4), (512, 4, 2), (512, 4, 2), (512, 4, 2), (512, 1, 1), (512, 1, 1), (512, 1, 1)]',
    ),
    conv_aggregator_layers: layers.prefault(
      '[(512, 2, 1), (512, 3, 1), (512, 4, 1), (512, 5, 1), (512, 6, 1), (512, 7, 1), (512, 8, 1), (512, 9, 1), (512, 10, 1), (512, 11, 1), (512, 12, 1), (512, 13, 1)]',
    ),
    dropout: rate.default(0),
    dropout_features: rate.default(0),
    aggregator: z.literal('cnn').default('cnn'),
    no_conv_bias: z.boolean().default(false),
    agg_zero_pad: z.boolean().default(false),
    skip_connections_feat: z.boolean().default(false),
    skip_connections_agg: z.boolean().default(true),
    residual_scale: z.number().positive().default(0.5),
    log_compression: z.boolean().default(true),
    non_affine_group_norm: z.boolean().default(false),
    activation: z.enum(['relu', 'gelu']).default('relu'),
    vq_type: z.enum(['none', 'gumbel', 'kmeans']).nullable().default('none'),
    vq_vars: count.default(320),
    vq_groups: count.default(2),
    vq_dim: z.int().nonnegative().default(0),
    vq_depth: count.max(100).default(1),
    combine_groups: z.boolean().default(false),
    vq_temp: temperatures.default([2, 0.5, 0.999995]),
  })
  .check(({ value, issues }) => {
    const refuse = (path: keyof typeof value, message: string) =>
      void issues.push({ code: 'custom', path: [path], message, input: value[path] });
    const size = value.conv_feature_layers?.at(-1)?.size ?? 1;
    if (value.conv_aggregator_layers?.some(({ stride }) => stride !== 1)) refuse('conv_aggregator_layers', 'have to have strides of 1');
    if (value.vq_type === 'none' || value.vq_type === null) return;
    if (size % value.vq_groups !== 0) refuse('vq_groups', `has to divide the features, ${size}`);
    if (value.vq_dim !== 0 && value.vq_dim !== size) refuse('vq_dim', `has to be 0 or that of the features, ${size}`);
  });

export type Wav2vecConfig = z.output<typeof wav2vecConfig>;

/** PyTorch's default */
const epsilon = 1e-5;

/**
 * wav2vec and vq-wav2vec: strided convolutions on waveforms, in the latter quantized, and causal ones on what they give; all of them
 * normalized over time and features together, padding included.
 *
 * (batch, samples) to hidden states (batch, frames, features): what the strided convolutions give, before it is quantized, and the
 * output of each of the others.
 *
 * Schneider et al., "wav2vec", 2019; Baevski et al., "vq-wav2vec", 2020.
 */
export function wav2vec(config: Wav2vecConfig): DescribedNetwork {
  const { names, weights } = weightNames();
  const { conv_feature_layers: strided, conv_aggregator_layers: causal } = config;
  const encoder = featureExtractor(names.within('feature_extractor'), config);
  const size = strided.at(-1)!.size;
  const quantizer = quantizerOf(names.within('vector_quantizer'), config, size);
  const own = names.within('feature_aggregator');
  const sizes = [size, ...causal.map((layer) => layer.size)];
  const layers = causal.map((_, layer) => causalLayer(own, layer, sizes[layer]!, config));
  return {
    weights,
    unread: /^(wav2vec_predictions|project_features)\./,
    ...(quantizer?.untrained && { untrained: quantizer.untrained }),
    size,
    sizes,
    hiddenStates: sizes.length,
    downsampleRate: strided.reduce((product, { stride }) => product * stride, 1),
    windows: strided,
    frames: (samples) => strided.reduce((steps, { taps, stride }) => Math.max(0, Math.floor((steps - taps) / stride) + 1), samples),
    sections: {
      convolutions: ['feature_extractor.'],
      before: ['vector_quantizer.'],
      layers: layers.map(({ prefix }, layer) => [prefix, `${own.prefix}residual_proj.${layer}.`]),
    },
    keepsLayers: true,
    bytes(samples, frames, gradients) {
      let steps = samples;
      const widths = strided.map((layer) => {
        steps /= layer.stride;
        return 4 * layer.size * steps;
      });
      const widest = Math.max(...widths, 4 * Math.max(...sizes) * frames);
      const states = 2 * frames * sizes.reduce((sum, features) => sum + features, 0);
      const kept = widths.reduce((sum, width) => sum + width, 4 * states);
      return 4 * (states + (gradients ? kept : widest));
    },
    forward(operations, { waveforms }) {
      const features = operations.stage(waveforms, 'feature_extractor.', (x) => encoder(operations, x));
      const read = quantizer ? operations.stage(features, 'vector_quantizer.', (x) => quantizer.forward(operations, x)) : features;
      let hidden = operations.dropout(read, config.dropout_features);
      return [
        features,
        ...layers.map(({ prefix, forward }) => {
          hidden = operations.stage(hidden, prefix, (x) => operations.scoped(() => forward(operations, x)));
          return hidden;
        }),
      ];
    },
  };
}

function featureExtractor(names: WeightNames, config: Wav2vecConfig) {
  const layers = config.conv_feature_layers.map(({ size, taps, stride }, layer) => {
    const own = names.within(`conv_layers.${layer}`);
    const inputs = layer === 0 ? 1 : config.conv_feature_layers[layer - 1]!.size;
    return {
      convolution: { weight: own.weight('0.weight', size, inputs, taps), stride },
      norm: norm(own.within('2'), size, config),
      isSkipped: config.skip_connections_feat && inputs === size,
    };
  });
  return <T>(operations: Operations<T>, waveforms: T): T => {
    const { add, multiply, scoped } = operations;
    const features = layers.reduce(
      (x, { convolution, norm: normalization, isSkipped }) =>
        scoped(() => {
          const y = activated(operations, operations.groupNorm(operations.convolution(x, convolution), normalization), config.activation);
          if (!isSkipped) return y;
          return multiply(add(y, operations.everyStep(x, convolution.stride, y)), Math.sqrt(config.residual_scale));
        }),
      operations.asFeature(waveforms),
    );
    return config.log_compression ? scoped(() => operations.logMagnitude(features)) : features;
  };
}

function causalLayer(names: WeightNames, layer: number, inputs: number, config: Wav2vecConfig) {
  const { size, taps } = config.conv_aggregator_layers[layer]!;
  const own = names.within(`conv_layers.${layer}`);
  const weight = own.weight('1.weight', size, inputs, taps);
  const convolution = config.no_conv_bias ? { weight } : { weight, bias: own.weight('1.bias', size) };
  const normalization = norm(own.within('3'), size, config);
  const isProjected = config.skip_connections_agg && inputs !== size;
  const projection = isProjected ? { weight: names.weight(`residual_proj.${layer}.weight`, size, inputs, 1) } : undefined;
  return {
    prefix: own.prefix,
    forward<T>(operations: Operations<T>, x: T): T {
      const { add, multiply } = operations;
      const convolved = config.agg_zero_pad
        ? operations.convolution(x, { ...convolution, padding: [taps - 1, 0] })
        : operations.convolution(operations.repeatFirst(x, taps - 1), convolution);
      const y = activated(
        operations,
        operations.groupNorm(operations.dropout(convolved, config.dropout), normalization),
        config.activation,
      );
      if (!config.skip_connections_agg) return y;
      const residual = projection ? operations.convolution(x, projection) : x;
      return multiply(add(y, residual), Math.sqrt(config.residual_scale));
    },
  };
}

function quantizerOf(names: WeightNames, config: Wav2vecConfig, size: number) {
  const settings = { size, codes: config.vq_vars, groups: config.vq_groups, isShared: config.combine_groups };
  if (config.vq_type === 'kmeans') return kmeansQuantizer(names, settings);
  if (config.vq_type !== 'gumbel') return undefined;
  return gumbelQuantizer(names, {
    ...settings,
    depth: config.vq_depth,
    temperature: config.vq_temp[0]!,
    activation: (operations, x) => activated(operations, x, config.activation),
  });
}

/** over all features and steps */
const norm = (names: WeightNames, size: number, { non_affine_group_norm }: Wav2vecConfig) => ({
  ...(non_affine_group_norm ? { epsilon } : normWeights(names, size, epsilon)),
  groups: 1,
});
