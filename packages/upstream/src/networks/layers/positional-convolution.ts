import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';

/** As many steps out as in: an even number of taps has one step less after than before. */
const samePadding = (taps: number) => [Math.floor(taps / 2), Math.floor((taps - 1) / 2)] as const;

type Settings = Pick<NetworkConfig, 'hidden_size' | 'num_conv_pos_embeddings' | 'num_conv_pos_embedding_groups' | 'conv_pos_kernel_size'>;

/** Position as one wide grouped convolution with weight normalization (wav2vec 2.0, HuBERT, UniSpeech-SAT, WavLM). */
export function positionalConvolution(names: WeightNames, { hidden_size: size, ...config }: Settings) {
  const taps = config.num_conv_pos_embeddings;
  const groups = config.num_conv_pos_embedding_groups;
  const own = names.within('conv');
  const convolution = {
    bias: own.weight('bias', size),
    weight: {
      magnitude: own.weight('parametrizations.weight.original0', 1, 1, taps),
      direction: own.weight('parametrizations.weight.original1', size, size / groups, taps),
    },
    padding: samePadding(taps),
    groups,
  };
  return {
    forward: <T>(operations: Operations<T>, x: T): T => operations.scoped(() => operations.gelu(operations.convolution(x, convolution))),
  };
}

/** Position as several narrower grouped convolutions, each normalized over its features (data2vec). */
export function stackedPositionalConvolution(names: WeightNames, { hidden_size: size, ...config }: Settings) {
  const taps = config.conv_pos_kernel_size;
  const groups = config.num_conv_pos_embedding_groups;
  const layers = Array.from({ length: config.num_conv_pos_embeddings }, (_, layer) => {
    const own = names.within(`layers.${layer}.conv`);
    return { weight: own.weight('weight', size, size / groups, taps), bias: own.weight('bias', size), padding: samePadding(taps), groups };
  });
  return {
    forward: <T>(operations: Operations<T>, x: T): T =>
      layers.reduce(
        (y, convolution) =>
          operations.scoped(() => operations.gelu(operations.layerNorm(operations.convolution(y, convolution), { epsilon: 1e-5 }))),
        x,
      ),
  };
}
