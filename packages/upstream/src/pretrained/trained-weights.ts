import { InputError } from '@s3/interface';
import type { NetworkSections } from '../networks/network.ts';

/** Whether a name is that of a batch norm's mean or variance, which stay those of its training. */
export const isStatistic = (name: string): boolean => /\.running_(mean|var)$/.test(name);

/**
 * Which weights are trained, by their names.
 *
 * @param settings.freezeLayers layers that are not, from the lowest, with all that comes before them
 * @param sections what the names of the network's weights begin with
 * @throws InputError for more layers than there are, settings that contradict each other, or convolutions where there are none
 */
export function trainedWeights(
  { trainFeatureEncoder, freezeLayers }: { readonly trainFeatureEncoder: boolean; readonly freezeLayers: number },
  { convolutions, before, layers }: NetworkSections,
): (name: string) => boolean {
  if (freezeLayers > layers.length) {
    throw new InputError(
      'upstream.freezeLayers',
      String(freezeLayers),
      `at most ${layers.length}, the network's layers`,
      'Freeze fewer layers.',
    );
  }
  if (trainFeatureEncoder && convolutions.length === 0) {
    throw new InputError(
      'upstream.trainFeatureEncoder',
      'true',
      'a network that begins with convolutions of its own; what comes before the layers of this one is trained with them',
      'Leave it out.',
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
  const frozen = [
    ...(trainFeatureEncoder ? [] : convolutions),
    ...(freezeLayers > 0 ? before : []),
    ...layers.slice(0, freezeLayers).flat(),
  ];
  return (name) => !isStatistic(name) && !frozen.some((prefix) => name.startsWith(prefix));
}
