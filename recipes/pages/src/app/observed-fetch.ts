import { contentHash } from './content-hash.ts';

/** A file that is being fetched. */
export interface Arrival {
  readonly address: URL;
  /** bytes that have come so far */
  readonly done: number;
  /** bytes of the whole file; absent where the server does not tell */
  readonly total: number | undefined;
}

const toldEveryMs = 100;

/**
 * Tells of every file that is fetched from now on as it arrives, whoever asks for it: upstreams, decoders and recipes of other packages need not know
 * that they are in a page.
 *
 * @returns hashes of the files that arrived whole, by their addresses; `end` lets fetches be again what they were
 */
export function observeFetches(told: (arrival: Arrival) => void): {
  readonly hashes: ReadonlyMap<string, string>;
  readonly end: () => void;
} {
  const hashes = new Map<string, string>();
  const plain = globalThis.fetch;
  const observed: typeof fetch = async (input, init) => {
    const response = await plain.call(globalThis, input, init);
    if (!response.ok || !response.body) return response;
    const address = new URL(response.url);
    // a length is that of what is sent, which a server may have compressed
    const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
    const total = length === null ? undefined : Number(length);
    const hash = contentHash();
    let done = 0;
    let last = performance.now();
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      async transform(piece, controller) {
        await hash.add(piece);
        controller.enqueue(piece);
        done += piece.length;
        if (performance.now() - last < toldEveryMs) return;
        last = performance.now();
        told({ address, done, total });
      },
      async flush() {
        hashes.set(address.href, await hash.end());
        told({ address, done, total });
      },
    });
    return new Response(response.body.pipeThrough(counted), response);
  };
  globalThis.fetch = observed;
  return {
    hashes,
    end() {
      if (globalThis.fetch === observed) globalThis.fetch = plain;
    },
  };
}
