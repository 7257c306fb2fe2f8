import { checksum } from '@s3/trainer/memory';

const blockBytes = 2 ** 22;

/** A hash of bytes that come piece by piece. */
export interface ContentHash {
  readonly add: (piece: Uint8Array) => Promise<void>;
  /** Hexadecimal; the same for the same bytes, in whichever pieces they came. */
  readonly end: () => Promise<string>;
}

/**
 * SHA-256 of the SHA-256 of each block: the browser's own is many times faster than one in JavaScript, and takes whole blocks alone.
 */
export function contentHash(): ContentHash {
  const hashes: string[] = [];
  const block = new Uint8Array(blockBytes);
  let filled = 0;
  const hashBlock = async () => {
    hashes.push(await blockHash(block.subarray(0, filled)));
    filled = 0;
  };
  return {
    async add(piece) {
      for (let place = 0; place < piece.length; ) {
        const taken = piece.subarray(place, place + blockBytes - filled);
        block.set(taken, filled);
        filled += taken.length;
        place += taken.length;
        if (filled === blockBytes) await hashBlock();
      }
    },
    async end() {
      await hashBlock();
      return checksum(hashes.join());
    },
  };
}

async function blockHash(block: Uint8Array<ArrayBuffer>): Promise<string> {
  // missing in pages that are not served over https
  if (!globalThis.crypto?.subtle) return checksum(block);
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', block));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
