import { InputError } from '@s3/interface';
import type { NamedFiles } from '@s3/trainer/memory';

/** Files of a checkpoint that a page does without: the state of its optimizer may be twice as large as the model. */
export const doneWithout: ReadonlySet<string> = new Set(['optimizer.safetensors', 'since-log.json']);

/**
 * Fetches the files of a checkpoint.
 *
 * @param address of its folder, with a slash at the end
 * @throws InputError when a file is not there or does not arrive whole
 */
export async function fetchCheckpoint(address: URL): Promise<NamedFiles> {
  const files = new Map<string, Uint8Array>();
  files.set('state.json', await fetchBytes(new URL('state.json', address)));
  const state = new TextDecoder().decode(files.get('state.json'));
  for (const file of namesIn(state)) if (!doneWithout.has(file)) files.set(file, await fetchBytes(new URL(file, address)));
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
export async function fetchBytes(address: URL): Promise<Uint8Array<ArrayBuffer>> {
  const lost = (cause: unknown) => {
    const found = `nothing that arrives whole (${cause instanceof Error ? cause.message : String(cause)})`;
    const remedy = 'Check that it is still served, and load the page again.';
    throw new InputError(address.pathname, found, 'a file of this page', remedy, { cause });
  };
  const response = await fetch(address).catch(lost);
  if (!response.ok) {
    throw new InputError(
      address.pathname,
      response.status === 404 ? 'nothing' : `the answer ${response.status} ${response.statusText}`,
      'a file of this page',
      'The checkpoint or the page is not whole; serve or build it again.',
    );
  }
  return new Uint8Array(await response.arrayBuffer().catch(lost));
}
