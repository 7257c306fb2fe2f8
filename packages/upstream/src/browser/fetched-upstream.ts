import { InputError, type Upstream } from '@s3/interface';
import { parseCheckpointSettings } from '../pretrained/checkpoint-settings.ts';
import { networkUpstream, type PretrainedSettings } from '../pretrained/network-upstream.ts';
import { storedTensors } from '../pretrained/stored-tensor.ts';

/** what a page may hope for; a browser tells no page how much memory it may take */
const assumedBytes = 2e9;

/**
 * A pretrained speech encoder whose files are fetched: `config.json`, `preprocessor_config.json` where there is one, and `model.safetensors`.
 *
 * @param folder address of their folder; relative ones start from the page
 * @param onFetched told how many bytes of the weights have arrived
 * @throws InputError, StateError for files that do not arrive, are damaged or do not fit
 */
export async function fetchedUpstream(
  folder: string,
  settings: PretrainedSettings,
  onFetched: (bytes: number) => void = () => {},
): Promise<Upstream> {
  const { location } = globalThis as unknown as { readonly location: { readonly href: string } };
  const place = new URL(`${folder.replace(/\/$/, '')}/`, location.href);
  const read = async (file: string, onBytes?: (bytes: number) => void) =>
    bytesOf((await fetched(new URL(file, place), true))!, file, onBytes);
  const text = async (file: string) => ({ path: `${folder}/${file}`, text: new TextDecoder().decode(await read(file)) });
  const hasPreprocessor = (await fetched(new URL('preprocessor_config.json', place), false)) !== undefined;
  const checkpoint = parseCheckpointSettings(
    await text('config.json'),
    hasPreprocessor ? await text('preprocessor_config.json') : undefined,
  );
  const weights = await read('model.safetensors', onFetched);
  const path = `${folder}/model.safetensors`;
  const tensors = await storedTensors(path, weights.length, async (position, length) => weights.slice(position, position + length));
  return networkUpstream({ settings: checkpoint, tensors, freeBytes: () => assumedBytes }, { ...settings, engine: 'tensorflow' });
}

/** @throws InputError where they do not arrive whole */
async function bytesOf(response: Response, file: string, onBytes: (bytes: number) => void = () => {}): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (const reader = response.body!.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      length += value.length;
      onBytes(length);
    }
  } catch (cause) {
    throw new InputError(file, `${length} bytes, then nothing`, 'a file of the upstream', 'Check that it is still served.', { cause });
  }
  const whole = new Uint8Array(length);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}

async function fetched(address: URL, isNeeded: boolean): Promise<Response | undefined> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new InputError(address.pathname, 'nothing that arrives', 'a file of the upstream', 'Check that it is still served.', { cause });
  });
  if (response.ok) return response;
  if (!isNeeded && response.status === 404) return undefined;
  throw new InputError(address.pathname, `the answer ${response.status}`, 'a file of the upstream', 'Serve or build the page again.');
}
