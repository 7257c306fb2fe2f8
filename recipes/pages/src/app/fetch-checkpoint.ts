import { InputError } from '@s3/interface';
import type { NamedFiles } from '@s3/trainer/memory';

/** Files of a checkpoint that a page does without: the state of its optimizer may be twice as large as the model. */
export const doneWithout: ReadonlySet<string> = new Set(['optimizer.safetensors', 'since-log.json']);

/**
 * Fetches the files of a checkpoint.
 *
 * @param address of its folder, with a slash at the end
 * @param onProgress told how many bytes there are so far
 * @throws InputError when a file is not there or does not arrive whole
 */
export async function fetchCheckpoint(address: URL, onProgress: (bytes: number) => void): Promise<NamedFiles> {
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  const fetchFile = async (file: string): Promise<Uint8Array> => {
    const content = await fetchBytes(new URL(file, address), (more) => {
      bytes += more;
      onProgress(bytes);
    });
    files.set(file, content);
    return content;
  };
  const state = new TextDecoder().decode(await fetchFile('state.json'));
  for (const file of namesIn(state)) if (!doneWithout.has(file)) await fetchFile(file);
  return files;
}

/** The files that a state vouches for; none for a state that is damaged, which is said when it is opened. */
function namesIn(state: string): string[] {
  try {
    return Object.keys((JSON.parse(state) as { readonly files: object }).files);
  } catch {
    return [];
  }
}

/** @throws InputError when the file is not there or does not arrive whole */
export async function fetchBytes(address: URL, onProgress: (bytes: number) => void = () => {}): Promise<Uint8Array<ArrayBuffer>> {
  const lost = (cause: unknown) =>
    new InputError(
      address.pathname,
      `nothing that arrives (${cause instanceof Error ? cause.message : String(cause)})`,
      'a file of this page',
      'Check that it is still served, and load the page again.',
      { cause },
    );
  const response = await fetch(address).catch((cause: unknown) => {
    throw lost(cause);
  });
  if (!response.ok) {
    throw new InputError(
      address.pathname,
      response.status === 404 ? 'nothing' : `the answer ${response.status} ${response.statusText}`,
      'a file of this page',
      'The checkpoint or the page is not whole; serve or build it again.',
    );
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (const reader = response.body!.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      length += value.length;
      onProgress(value.length);
    }
  } catch (cause) {
    throw lost(cause);
  }
  const whole = new Uint8Array(length);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}
