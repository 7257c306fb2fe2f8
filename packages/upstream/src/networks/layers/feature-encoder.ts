import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { Normalization, Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';
import { normWeights } from './layer-weights.ts';

// PyTorch's default; the checkpoint's own epsilon is for the transformer
const epsilon = 1e-5;

/**
 * Waveform to features: strided convolutions, each followed by GELU.
 *
 * With 'group' the first one is normalized over time, padding included, and the others not at
 * all; with 'layer' every one is normalized over its features.
 *
 * Baevski et al., "wav2vec 2.0", 2020.
 */
export function featureEncoder(
  names: WeightNames,
  {
    conv_dim,
    conv_kernel,
    conv_stride,
    conv_bias,
    feat_extract_norm,
  }: Pick<NetworkConfig, 'conv_dim' | 'conv_kernel' | 'conv_stride' | 'conv_bias' | 'feat_extract_norm'>,
) {
  const layers = conv_dim.map((size, layer) => {
    const own = names.within(`conv_layers.${layer}`);
    const hasNorm = feat_extract_norm === 'layer' || layer === 0;
    return {
      convolution: {
        weight: own.weight('conv.weight', size, layer === 0 ? 1 : conv_dim[layer - 1]!, conv_kernel[layer]!),
        bias: conv_bias ? own.weight('conv.bias', size) : undefined,
        stride: conv_stride[layer]!,
      },
      norm: hasNorm ? normWeights(own.within('layer_norm'), size, epsilon) : undefined,
    };
  });

  return {
    /** features of each frame */
    size: conv_dim.at(-1)!,
    downsampleRate: conv_stride.reduce((product, stride) => product * stride, 1),
    frames: (samples: number) =>
      conv_kernel.reduce((steps, taps, layer) => Math.max(0, Math.floor((steps - taps) / conv_stride[layer]!) + 1), samples),
    /** (batch, samples) to (batch, frames, size) */
    forward: <T>(operations: Operations<T>, waveforms: T): T =>
      layers.reduce(
        (x, { convolution, norm }) =>
          operations.scoped(() => operations.gelu(normalized(operations, operations.convolution(x, convolution), norm))),
        operations.asFeature(waveforms),
      ),
  };

  function normalized<T>(operations: Operations<T>, x: T, norm: Normalization | undefined): T {
    if (!norm) return x;
    return feat_extract_norm === 'group' ? operations.stepNorm(x, norm) : operations.layerNorm(x, norm);
  }
}
