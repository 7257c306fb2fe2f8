import { afterEach, expect, test, vi } from 'vitest';
import { type Arrival, observeFetches } from './observed-fetch.ts';

const served = new Map<string, { readonly pieces: readonly Uint8Array[]; readonly headers?: { readonly [name: string]: string } }>();
afterEach(() => vi.unstubAllGlobals());

/** A server of these files. */
function serve(): void {
  vi.stubGlobal('fetch', async (address: string) => {
    const file = served.get(address);
    const response = new Response(file ? new Blob(file.pieces as never) : 'none', {
      status: file ? 200 : 404,
      headers: file?.headers ?? {},
    });
    return Object.defineProperty(response, 'url', { value: address });
  });
}

test('every file is told of as it arrives, is handed on as it is, and hashed', async () => {
  const pieces = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  served.set('http://page/lm', { pieces, headers: { 'content-length': '3', 'content-type': 'a/b' } });
  served.set('http://page/packed', { pieces, headers: { 'content-length': '1', 'content-encoding': 'gzip' } });
  serve();
  const plain = globalThis.fetch;
  const told: Arrival[] = [];
  const { hashes, end } = observeFetches((arrival) => told.push(arrival));
  const response = await fetch('http://page/lm');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'a/b']);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 2, 3]);
  expect(told.at(-1)).toEqual({ address: new URL('http://page/lm'), done: 3, total: 3 });
  // the length is that of the packed file
  await (await fetch('http://page/packed')).arrayBuffer();
  expect(told.at(-1)).toEqual({ address: new URL('http://page/packed'), done: 3, total: undefined });
  expect(hashes.get('http://page/packed')).toBe(hashes.get('http://page/lm'));
  // neither what is not there nor what is only asked for has a hash
  expect((await fetch('http://page/none')).status).toBe(404);
  await (await fetch('http://page/lm')).body?.cancel();
  expect([...hashes.keys()]).toEqual(['http://page/lm', 'http://page/packed']);
  end();
  expect(globalThis.fetch).toBe(plain);
});
