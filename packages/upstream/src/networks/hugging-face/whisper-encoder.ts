import { type StackedLayer, throughLayers } from '../layers/layer-stack.ts';
import { affineWeights, normWeights } from '../layers/layer-weights.ts';
import { multiHeadAttention } from '../layers/self-attention.ts';
import { transformerLayer } from '../layers/transformer-layer.ts';
import type { Network, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';
import type { NetworkConfig } from './network-config.ts';

const epsilon = 1e-5;

/**
 * The encoder of Whisper, which hears so many seconds (30) at once: shorter waveforms are zero-padded to that, and the padding is heard, too.
 *
 * (batch, samples) to hidden states (batch, frames, features).
 *
 * Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022.
 */
export function whisperEncoder(config: NetworkConfig): Network {
  const { hidden_size: size, max_source_positions: positions, num_mel_bins: bins } = config;
  const { names, weights } = weightNames();
  const own = names.within('encoder');
  const convolutions = [bins, size].map((inputs, index) => {
    const named = own.within(`conv${index + 1}`);
    return {
      weight: named.weight('weight', size, inputs, 3),
      bias: named.weight('bias', size),
      stride: index + 1,
      padding: [1, 1],
    } as const;
  });
  const position = own.weight('embed_positions.weight', positions, size);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => whisperLayer(own.within(`layers.${layer}`), config));
  const norm = normWeights(own.within('layer_norm'), size, epsilon);
  const downsampleRate = config.conv_stride.reduce((product, stride) => product * stride, 1);
  return {
    weights,
    size,
    hiddenStates: layers.length + 1,
    samples: positions * downsampleRate,
    downsampleRate,
    frames: () => positions,
    forward<T>(operations: Operations<T>, { waveforms, highest }: NetworkInput<T>): T[] {
      const { scoped } = operations;
      const features = operations.stage(waveforms, 'encoder.conv', (x) =>
        scoped(() =>
          convolutions.reduce((y, convolution) => operations.gelu(operations.convolution(y, convolution)), operations.logMel(x, bins)),
        ),
      );
      const placed = operations.stage(features, 'encoder.embed_positions.', (x) =>
        scoped(() => operations.dropout(operations.addSteps(x, position), config.hidden_dropout)),
      );
      const hiddenStates = throughLayers(operations, placed, layers, { highest });
      if (hiddenStates.length > layers.length) hiddenStates.push(scoped(() => operations.layerNorm(hiddenStates.pop()!, norm)));
      return hiddenStates;
    },
  };
}

function whisperLayer(names: WeightNames, config: NetworkConfig): StackedLayer {
  const { hidden_size: size, intermediate_size: wide, num_attention_heads: heads, attention_dropout: dropout } = config;
  const attentionNorm = normWeights(names.within('self_attn_layer_norm'), size, epsilon);
  const own = names.within('self_attn');
  const weights = (name: string) => affineWeights(own.within(name), size, size);
  const key = { weight: own.weight('k_proj.weight', size, size) };
  return {
    prefix: names.prefix,
    forward: transformerLayer({
      attention: multiHeadAttention(
        { query: weights('q_proj'), key, value: weights('v_proj'), output: weights('out_proj') },
        { size, heads, dropout },
      ),
      attentionNorm,
      feedForwardNorm: normWeights(names.within('final_layer_norm'), size, epsilon),
      widen: affineWeights(names.within('fc1'), size, wide),
      narrow: affineWeights(names.within('fc2'), wide, size),
      normalizesFirst: true,
      dropout: config.hidden_dropout,
      activationDropout: config.activation_dropout,
    }),
  };
}
