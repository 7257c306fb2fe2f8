import { z } from 'zod';
import { frameShift, windowSize } from '../../frame-grid.ts';
import { affineWeights } from '../layers/layer-weights.ts';
import { positionalConvolution } from '../layers/positional-convolution.ts';
import { selfAttention } from '../layers/self-attention.ts';
import { transformerEncoder } from '../layers/transformer-encoder.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { kaldiFrames, kaldiInput, kaldiInputSettings } from '../spectrograms/kaldi-input.ts';
import { weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);

/** The settings of DeCoAR 2.0, named as those of wav2vec 2.0, whose transformer it has; `input` is how its mel bands are made. */
export const decoar2Config = z
  .object({
    model_type: z.literal('decoar2'),
    input: kaldiInputSettings,
    hidden_size: count,
    num_hidden_layers: count.max(1000),
    num_attention_heads: count,
    intermediate_size: count,
    num_conv_pos_embeddings: count,
    num_conv_pos_embedding_groups: count,
  })
  .refine(({ hidden_size, num_attention_heads }) => hidden_size % num_attention_heads === 0, {
    path: ['hidden_size'],
    error: 'has to be a multiple of num_attention_heads',
  });

/** rates at which values are dropped in training */
const dropout = 0.1;

/**
 * DeCoAR 2.0: the transformer of wav2vec 2.0 on every second frame of mel bands.
 *
 * (batch, samples) to hidden states (batch, frames, features). The mask has the frames of the mel bands, 10 ms each.
 *
 * Ling and Liu, "DeCoAR 2.0: Deep Contextualized Acoustic Representations with Vector Quantization", 2020.
 */
export function decoar2({ input, ...config }: z.output<typeof decoar2Config>): DescribedNetwork {
  const { names, weights } = weightNames();
  const { hidden_size: size, num_hidden_layers, num_attention_heads: heads, intermediate_size } = config;
  const projection = affineWeights(names.within('post_extract_proj'), input.feat_dim, size);
  const own = names.within('encoder');
  const settings = {
    ...config,
    layer_norm_eps: 1e-5,
    do_stable_layer_norm: false,
    hidden_dropout: dropout,
    activation_dropout: 0,
    attention_dropout: dropout,
    adapter_attn_dim: null,
    conv_pos_kernel_size: 0,
  };
  const transformer = transformerEncoder(own, settings, {
    position: positionalConvolution(own.within('pos_conv_embed'), settings),
    attention: (layer) => selfAttention(layer, settings),
  });
  return {
    weights,
    // what its training had beside the encoder
    unread: /^(?!(post_extract_proj|encoder)\.)/,
    size,
    hiddenStates: transformer.hiddenStates,
    downsampleRate: 2 * frameShift,
    frames: (samples) => Math.ceil(kaldiFrames.frames(samples) / 2),
    maskFrames: kaldiFrames.frames,
    windows: [
      { taps: windowSize, stride: frameShift },
      { taps: 1, stride: 2 },
    ],
    bytes(_samples, frames, gradients) {
      const layer = heads * frames ** 2 * (gradients ? 5 : 3) + frames * (4 * intermediate_size + 12 * size);
      return 4 * (2 * frames * size * (num_hidden_layers + 1) + (gradients ? num_hidden_layers : 1) * layer);
    },
    sections: {
      convolutions: [],
      before: ['post_extract_proj.', 'encoder.pos_conv_embed.', 'encoder.layer_norm.'],
      layers: Array.from({ length: num_hidden_layers }, (_, layer) => [`encoder.layers.${layer}.`]),
    },
    forward<T>(operations: Operations<T>, { waveforms, mask, highest }: NetworkInput<T>): T[] {
      const bands = operations.everySecond(kaldiInput(operations, waveforms, mask, input));
      const projected = operations.stage(bands, 'post_extract_proj.', (x) =>
        operations.scoped(() => operations.dropout(operations.affine(x, projection), dropout)),
      );
      return transformer.forward(operations, projected, { mask: mask === undefined ? undefined : operations.everySecond(mask), highest });
    },
  };
}
