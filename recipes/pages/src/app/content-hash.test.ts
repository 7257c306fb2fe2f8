import { expect, test, vi } from 'vitest';
import { contentHash } from './content-hash.ts';

const bytes = Uint8Array.from({ length: 9_000_001 }, (_, place) => (place * place) % 251);

async function hashOf(content: Uint8Array, pieceBytes: number): Promise<string> {
  const hash = contentHash();
  for (let place = 0; place < content.length; place += pieceBytes) await hash.add(content.subarray(place, place + pieceBytes));
  return hash.end();
}

test('a hash of the content, whatever its pieces, with and without the hash of the browser', async () => {
  const whole = await hashOf(bytes, bytes.length);
  expect(await hashOf(bytes, 65_537)).toBe(whole);
  expect(await hashOf(bytes.with(8_999_999, 1), 65_537)).not.toBe(whole);
  expect(await hashOf(bytes.subarray(1), 65_537)).not.toBe(whole);
  vi.stubGlobal('crypto', undefined);
  try {
    expect(await hashOf(bytes, 1_000_000)).toBe(whole);
  } finally {
    vi.unstubAllGlobals();
  }
});
