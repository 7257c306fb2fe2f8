import type { Upstream } from '@s3/interface';
import { parseCheckpointSettings } from '../pretrained/checkpoint/checkpoint-settings.ts';
import { networkUpstream, type PretrainedSettings } from '../pretrained/network-upstream.ts';
import { storedTensors } from '../pretrained/tensor-files/stored-tensor.ts';
import { addressOf, fetchedFile, isServed } from './fetched-file.ts';

/** what a page may hope for; a browser tells no page how much memory it may take */
const assumedBytes = 2e9;

/**
 * A pretrained speech encoder whose files are fetched: `config.json`, `preprocessor_config.json` where there is one, and `model.safetensors`.
 *
 * @param folder address of their folder; relative ones start from the page
 * @throws InputError, StateError for files that do not arrive, are damaged or do not fit
 */
export async function fetchedUpstream(folder: string, settings: PretrainedSettings): Promise<Upstream> {
  const place = addressOf(`${folder.replace(/\/$/, '')}/`);
  const read = (file: string) => fetchedFile(new URL(file, place));
  const text = async (file: string) => ({ path: `${folder}/${file}`, text: new TextDecoder().decode(await read(file)) });
  const hasPreprocessor = await isServed(new URL('preprocessor_config.json', place));
  const checkpoint = parseCheckpointSettings(
    await text('config.json'),
    hasPreprocessor ? await text('preprocessor_config.json') : undefined,
  );
  const weights = await read('model.safetensors');
  const path = `${folder}/model.safetensors`;
  const tensors = await storedTensors(path, weights.length, async (position, length) => weights.slice(position, position + length));
  return networkUpstream({ settings: checkpoint, tensors, freeBytes: () => assumedBytes }, { ...settings, engine: 'tensorflow' });
}
