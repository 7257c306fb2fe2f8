import type { featureEncoder } from '../layers/feature-encoder.ts';
import type { featureProjection } from '../layers/feature-projection.ts';
import type { transformerEncoder } from '../layers/transformer-encoder.ts';
import type { Network } from '../network.ts';
import type { NetworkConfig } from './network-config.ts';

/** The convolutions on waveforms, the projection of their features and the transformer on it, as one network. */
export function encoderNetwork(
  config: NetworkConfig,
  {
    weights,
    encoder,
    projection,
    transformer,
    unread,
  }: {
    readonly weights: Network['weights'];
    readonly encoder: ReturnType<typeof featureEncoder>;
    readonly projection: ReturnType<typeof featureProjection>;
    readonly transformer: Pick<ReturnType<typeof transformerEncoder>, 'hiddenStates' | 'forward'>;
    readonly unread?: RegExp;
  },
): Network {
  return {
    weights,
    ...(unread && { unread }),
    size: config.hidden_size,
    hiddenStates: transformer.hiddenStates,
    downsampleRate: encoder.downsampleRate,
    frames: encoder.frames,
    forward(operations, { waveforms, mask, highest }) {
      const features = operations.stage(waveforms, 'feature_extractor.', (x) => encoder.forward(operations, x));
      const projected = operations.stage(features, 'feature_projection.', (x) => projection.forward(operations, x));
      return transformer.forward(operations, projected, { mask, highest });
    },
  };
}
