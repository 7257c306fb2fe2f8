import { describedEncoder } from './hugging-face/described-encoder.ts';
import type { NetworkConfig } from './hugging-face/network-config.ts';
import type { DescribedNetwork } from './network.ts';
import { type OriginalConfig, originalNetworks } from './s3prl/original-networks.ts';

/** The settings of any network. */
export type AnyNetworkConfig = NetworkConfig | OriginalConfig;

/** The network that a checkpoint's settings describe. */
export function networkOf(config: AnyNetworkConfig): DescribedNetwork {
  return isOriginal(config) ? originalNetworks[config.model_type](config as never) : describedEncoder(config);
}

const isOriginal = (config: AnyNetworkConfig): config is OriginalConfig => Object.hasOwn(originalNetworks, config.model_type);
