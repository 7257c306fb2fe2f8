import { InputError } from '@s3/interface';

/** A path of a setting as an address; relative ones start from the page. */
export function addressOf(path: string): URL {
  const { location } = globalThis as unknown as { readonly location: { readonly href: string } };
  return new URL(path, location.href);
}

/**
 * @param onBytes told how many have arrived
 * @throws InputError where they do not arrive whole
 */
export async function fetchedFile(address: URL, onBytes: (bytes: number) => void = () => {}): Promise<Uint8Array<ArrayBuffer>> {
  const response = await answerOf(address);
  if (!response.ok) throw refusal(address, response);
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
    const remedy = 'Check that it is still served.';
    throw new InputError(address.pathname, `${length} bytes, then nothing`, 'a file of the upstream', remedy, { cause });
  }
  const whole = new Uint8Array(length);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}

/** @throws InputError where the server says neither yes nor no */
export async function isServed(address: URL): Promise<boolean> {
  const response = await answerOf(address);
  await response.body?.cancel();
  if (response.ok || response.status === 404) return response.ok;
  throw refusal(address, response);
}

function answerOf(address: URL): Promise<Response> {
  return fetch(address).catch((cause: unknown) => {
    throw new InputError(address.pathname, 'nothing that arrives', 'a file of the upstream', 'Check that it is still served.', { cause });
  });
}

const refusal = (address: URL, { status }: Response) =>
  new InputError(address.pathname, `the answer ${status}`, 'a file of the upstream', 'Serve or build the page again.');
