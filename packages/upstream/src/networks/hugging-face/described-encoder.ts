import type { DescribedNetwork, Network } from '../network.ts';
import { networkBytes } from '../network-memory.ts';
import { data2vecAudio } from './data2vec-audio.ts';
import { hubert } from './hubert.ts';
import type { NetworkConfig } from './network-config.ts';
import { wav2vec2Bert } from './wav2vec2-bert.ts';
import { wav2vec2Conformer } from './wav2vec2-conformer.ts';
import { wavlm } from './wavlm.ts';
import { whisperEncoder } from './whisper-encoder.ts';

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

/** The network that the settings of a checkpoint in Hugging Face layout describe. */
export function describedEncoder(config: NetworkConfig): DescribedNetwork {
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
