import { expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';

test('checksums of RFC 3720, appendix B.4', () => {
  const vectors = [
    [new TextEncoder().encode('123456789'), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
    [new Uint8Array(0), 0],
  ] as const;
  for (const [bytes, checksum] of vectors) expect(crc32c(bytes)).toBe(checksum);
});

test('the mask of TFRecord files', () => {
  // rotated right by 15 bits and 0xa282ead8 added: 0xe3069283 becomes 0x2507c60d, then 0xc78ab0e5
  expect(maskedCrc32c(new TextEncoder().encode('123456789'))).toBe(0xc78ab0e5);
});
