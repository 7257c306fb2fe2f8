import { isBaseline } from '../../features/baseline-by-name.ts';
import { checkpointOf, type UpstreamSettings } from '../../upstream-settings.ts';
import { findCheckpoint } from './find-checkpoint.ts';
import { onnxName } from './hub-names.ts';

/**
 * The folder that a pretrained upstream is read from, which is fetched first where it has to be; undefined for an upstream without one.
 *
 * @throws InputError as `namedUpstream`
 */
export async function pretrainedFolder({
  name = 'hf_custom',
  path,
  offline = false,
}: Partial<Pick<UpstreamSettings, 'name' | 'path' | 'offline'>>): Promise<string | undefined> {
  if (isBaseline(name) || name === onnxName) return undefined;
  return findCheckpoint(checkpointOf(name, path), { offline });
}
