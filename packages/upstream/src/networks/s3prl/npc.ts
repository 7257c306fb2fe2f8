import { z } from 'zod';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { BatchNorm, Operations } from '../operations/operations.ts';
import { kaldiFrames, kaldiInput, kaldiInputSettings } from '../spectrograms/kaldi-input.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);
const odd = count.refine((value) => value % 2 === 1, 'has to be odd');

/** The settings of NPC, by S3PRL's names; `input` is how its mel bands are made. */
export const npcConfig = z
  .object({
    model_type: z.literal('npc'),
    input: kaldiInputSettings,
    hidden_size: count,
    n_blocks: count.max(1000),
    dropout: z.number().min(0).max(1),
    residual: z.boolean(),
    kernel_size: odd,
    mask_size: odd,
    batch_norm: z.boolean().default(true),
    activate: z.enum(['relu', 'tanh']).default('relu'),
    disable_cross_layer: z.boolean().default(false),
    dim_bottleneck: count.nullable().default(null),
  })
  .refine(({ kernel_size, mask_size, n_blocks }) => mask_size + 2 * n_blocks < kernel_size, {
    path: ['kernel_size'],
    error: 'has to be larger than mask_size and twice n_blocks',
  });

/**
 * NPC: convolutions see each frame's surroundings; further ones, whose middle taps are hidden, tell the frame from those alone.
 *
 * (batch, samples) to hidden states (batch, frames, features): of each block its own and what its hidden middle leaves, then the sum of the latter.
 *
 * Liu et al., "Non-Autoregressive Predictive Coding for Learning Speech Representations from Local Dependencies", 2020.
 */
export function npc(config: z.output<typeof npcConfig>): DescribedNetwork {
  const { input, hidden_size: size, n_blocks, kernel_size: taps, mask_size, dim_bottleneck } = config;
  const { names, weights } = weightNames();
  const blocks = Array.from({ length: n_blocks }, (_, layer) => {
    const isSkipped = config.disable_cross_layer && layer < n_blocks - 1;
    return {
      prefix: names.within(`blocks.${layer}`).prefix,
      forward: convolutionBlock(names.within(`blocks.${layer}`), config, layer),
      masked: isSkipped ? undefined : maskedWeights(names.within(`masked_convs.${layer}.conv`), layer),
    };
  });
  const bottleneck = dim_bottleneck ? { weight: names.weight('ae_bottleneck.weight', dim_bottleneck, size) } : undefined;
  const hiddenStates = blocks.reduce((sum, { masked }) => sum + (masked ? 2 : 1), 1);
  return {
    weights,
    unread: /^(postnet|vq_layers)\.|\.conv_mask$/,
    size,
    ...(dim_bottleneck && { sizes: Array.from({ length: hiddenStates }, (_, at) => (at === hiddenStates - 1 ? dim_bottleneck : size)) }),
    hiddenStates,
    ...kaldiFrames,
    keepsLayers: true,
    bytes: (_samples, frames, gradients) => 4 * frames * size * (2 * hiddenStates + n_blocks * (gradients ? 12 : 1)),
    sections: {
      convolutions: [],
      before: [],
      layers: blocks.map(({ prefix }, layer) => [prefix, `masked_convs.${layer}.`]),
    },
    forward<T>(operations: Operations<T>, { waveforms, mask }: NetworkInput<T>): T[] {
      let hidden = kaldiInput(operations, waveforms, mask, input);
      let sum: T | undefined;
      const states: T[] = [];
      for (const { prefix, forward, masked } of blocks) {
        hidden = operations.stage(hidden, prefix, (x) => operations.scoped(() => forward(operations, x)));
        states.push(hidden);
        if (!masked) continue;
        const around = operations.scoped(() => operations.tanh(operations.convolution(hidden, masked)));
        states.push(around);
        sum = sum === undefined ? around : operations.add(sum, around);
      }
      return [...states, bottleneck ? operations.affine(sum!, bottleneck) : sum!];
    },
  };

  function maskedWeights(own: WeightNames, layer: number) {
    const hidden = mask_size + 2 * (layer + 1);
    const from = Math.floor((taps - hidden) / 2);
    return {
      weight: own.weight('weight', size, size, taps),
      bias: own.weight('bias', size),
      padding: [(taps - 1) / 2, (taps - 1) / 2],
      hiddenTaps: { from, to: from + hidden },
    } as const;
  }
}

function convolutionBlock(
  names: WeightNames,
  { input, hidden_size: size, batch_norm, dropout, residual, activate }: z.output<typeof npcConfig>,
  layer: number,
): <T>(operations: Operations<T>, x: T) => T {
  const inputs = layer === 0 ? input.feat_dim : size;
  const along = { weight: names.weight('conv.weight', size, inputs, 3), bias: names.weight('conv.bias', size), padding: [1, 1] } as const;
  const each = { weight: names.weight('linear.weight', size, size, 1), bias: names.weight('linear.bias', size) };
  const [first, second] = batch_norm ? [batchNormWeights(names.within('bn1'), size), batchNormWeights(names.within('bn2'), size)] : [];
  return (operations, x) => {
    const { batchNorm, convolution } = operations;
    const activated = activate === 'relu' ? operations.relu : operations.tanh;
    const surroundings = convolution(x, along);
    const inner = convolution(activated(first ? batchNorm(surroundings, first) : surroundings), each);
    const dropped = operations.dropout(second ? batchNorm(inner, second) : inner, dropout);
    return activated(residual && layer > 0 ? operations.add(dropped, x) : dropped);
  };
}

function batchNormWeights(names: WeightNames, size: number): BatchNorm {
  return {
    weight: names.weight('weight', size),
    bias: names.weight('bias', size),
    mean: names.weight('running_mean', size),
    variance: names.weight('running_var', size),
    epsilon: 1e-5,
  };
}
