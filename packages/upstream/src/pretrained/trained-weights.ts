import { InputError } from '@s3/interface';

/** Whether a name is that of a batch norm's mean or variance, which stay those of its training. */
export const isStatistic = (name: string): boolean => /\.running_(mean|var)$/.test(name);

/**
 * Which weights are trained, by their names.
 *
 * @param settings.freezeLayers transformer layers that are not, from the lowest, with all that comes before them
 * @param settings.layers transformer layers that there are
 * @param settings.stable whether the transformer is normalized after its last layer rather than before its first
 * @throws InputError for more layers than there are, or settings that contradict each other
 */
export function trainedWeights({
  trainFeatureEncoder,
  freezeLayers,
  layers,
  stable,
}: {
  readonly trainFeatureEncoder: boolean;
  readonly freezeLayers: number;
  readonly layers: number;
  readonly stable: boolean;
}): (name: string) => boolean {
  if (freezeLayers > layers) {
    throw new InputError(
      'upstream.freezeLayers',
      String(freezeLayers),
      `at most ${layers}, the transformer's layers`,
      'Freeze fewer layers.',
    );
  }
  if (trainFeatureEncoder && freezeLayers > 0) {
    throw new InputError(
      'upstream.trainFeatureEncoder',
      `true with freezeLayers ${freezeLayers}`,
      'what comes before frozen layers to be frozen too',
      'Leave one of the two out.',
    );
  }
  const before = ['feature_projection.', 'encoder.pos_conv_embed.', ...(stable ? [] : ['encoder.layer_norm.'])];
  const frozen = [
    ...(trainFeatureEncoder ? [] : ['feature_extractor.', 'encoder.conv', 'encoder.embed_positions.']),
    ...(freezeLayers > 0 ? before : []),
    ...Array.from({ length: freezeLayers }, (_, layer) => `encoder.layers.${layer}.`),
  ];
  return (name) => !isStatistic(name) && !frozen.some((prefix) => name.startsWith(prefix));
}
