import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchedLines } from './fetched-lines.ts';

afterEach(() => void vi.unstubAllGlobals());

/** Lines of a file that is served in pieces of so many bytes. */
async function linesOf(content: Uint8Array, pieceBytes: number, status = 200): Promise<string[]> {
  const asked: string[] = [];
  vi.stubGlobal('location', { href: 'https://page/worker.js' });
  vi.stubGlobal('fetch', async (address: URL) => {
    asked.push(address.href);
    const pieces = Array.from({ length: Math.ceil(content.length / pieceBytes) }, (_, piece) =>
      content.subarray(piece * pieceBytes, (piece + 1) * pieceBytes),
    );
    return new Response(ReadableStream.from(pieces) as never, { status });
  });
  const lines: string[] = [];
  for await (const group of fetchedLines('decoder/lm')) lines.push(...group);
  expect(asked).toEqual(['https://page/decoder/lm']);
  return lines;
}

describe('fetchedLines', () => {
  const text = new TextEncoder().encode('one grüß\r\n\nthree\nlast');
  const lines = ['one grüß', '', 'three', 'last'];

  it.each([1, 5, 1000])('gives the lines of a file, plain or compressed, that arrives in pieces of %s bytes', async (pieceBytes) => {
    expect(await linesOf(text, pieceBytes)).toEqual(lines);
    expect(await linesOf(gzipSync(text), pieceBytes)).toEqual(lines);
    expect(await linesOf(new Uint8Array(0), pieceBytes)).toEqual([]);
  });

  it('says what is wrong with a file', async () => {
    await expect(linesOf(gzipSync(text).subarray(0, 20), 7)).rejects.toThrow(/decoder\/lm: found a file that is cut short/);
    await expect(linesOf(text, 7, 404)).rejects.toThrow(/found the answer 404.*served/);
  });
});
