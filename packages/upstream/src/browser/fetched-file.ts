import { InputError } from '@s3/interface';

/** A path of a setting as an address; relative ones start from the page. */
export function addressOf(path: string): URL {
  const { location } = globalThis as unknown as { readonly location: { readonly href: string } };
  return new URL(path, location.href);
}

/** @throws InputError where it does not arrive whole */
export async function fetchedFile(address: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await answerOf(address);
  if (!response.ok) throw refusal(address, response);
  return new Uint8Array(await response.arrayBuffer().catch((cause: unknown) => lost(address, cause)));
}

/** @throws InputError where the server says neither yes nor no */
export async function isServed(address: URL): Promise<boolean> {
  const response = await answerOf(address);
  await response.body?.cancel();
  if (response.ok || response.status === 404) return response.ok;
  throw refusal(address, response);
}

function answerOf(address: URL): Promise<Response> {
  return fetch(address).catch((cause: unknown) => lost(address, cause));
}

function lost(address: URL, cause: unknown): never {
  const remedy = 'Check that it is still served.';
  throw new InputError(address.pathname, 'nothing that arrives whole', 'a file of the upstream', remedy, { cause });
}

const refusal = (address: URL, { status }: Response) =>
  new InputError(address.pathname, `the answer ${status}`, 'a file of the upstream', 'Serve or build the page again.');
