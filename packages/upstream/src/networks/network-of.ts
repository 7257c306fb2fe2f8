import { data2vecAudio } from './hugging-face/data2vec-audio.ts';
import { hubert } from './hugging-face/hubert.ts';
import type { NetworkConfig } from './hugging-face/network-config.ts';
import { wav2vec2Bert } from './hugging-face/wav2vec2-bert.ts';
import { wav2vec2Conformer } from './hugging-face/wav2vec2-conformer.ts';
import { wavlm } from './hugging-face/wavlm.ts';
import { whisperEncoder } from './hugging-face/whisper-encoder.ts';
import type { DescribedNetwork, Network } from './network.ts';
import { networkBytes } from './network-memory.ts';
import { type OriginalConfig, originalNetworks } from './s3prl/original-networks.ts';

const families: { readonly [Family in NetworkConfig['model_type']]: (config: NetworkConfig) => Network } = {
  wav2vec2: hubert,
  hubert,
  unispeech: hubert,
  'unispeech-sat': hubert,
  wavlm,
  'data2vec-audio': data2vecAudio,
  'wav2vec2-conformer': wav2vec2Conformer,
  'wav2vec2-bert': wav2vec2Bert,
  whisper: whisperEncoder,
};

/** The settings of any network. */
export type AnyNetworkConfig = NetworkConfig | OriginalConfig;

/** The network that a checkpoint's settings describe. */
export function networkOf(config: AnyNetworkConfig): DescribedNetwork {
  if (isOriginal(config)) return originalNetworks[config.model_type](config as never);
  return encoderOf(config);
}

const isOriginal = (config: AnyNetworkConfig): config is OriginalConfig => Object.hasOwn(originalNetworks, config.model_type);

function encoderOf(config: NetworkConfig): DescribedNetwork {
  const network = families[config.model_type](config);
  return {
    ...network,
    windows: config.conv_kernel.map((taps, layer) => ({ taps, stride: config.conv_stride[layer]! })),
    bytes: (samples, frames, gradients) => networkBytes(config, samples, frames, gradients),
    sections: {
      convolutions: ['feature_extractor.', 'encoder.conv', 'encoder.embed_positions.'],
      // normalized after the last layer, the norm is not before the first
      before: ['feature_projection.', 'encoder.pos_conv_embed.', ...(config.do_stable_layer_norm ? [] : ['encoder.layer_norm.'])],
      layers: Array.from({ length: network.hiddenStates - 1 }, (_, layer) => [`encoder.layers.${layer}.`]),
    },
  };
}
