import { expect, test } from 'vitest';
import { adapterName, isSoftware } from './adapter.ts';

const adapter = (info: object) => ({ info: { vendor: '', architecture: '', device: '', description: '', ...info } });

test.each([
  [{ architecture: 'swiftshader', isFallbackAdapter: true }, true],
  [{ description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, true],
  [{ description: 'Microsoft Basic Render Driver' }, true],
  [{ device: 'apple-m2', isFallbackAdapter: true }, true],
  [{ vendor: 'nvidia', architecture: 'ampere', description: 'NVIDIA: 535.183.01', isFallbackAdapter: false }, false],
])('%o is software: %s', (info, expected) => {
  expect(isSoftware(adapter(info))).toBe(expected);
});

test.each([
  [{ vendor: 'google', device: 'swiftshader-device-subzero-' }, 'swiftshader-device-subzero'],
  [{ vendor: 'nvidia', architecture: 'ampere', device: '0x2204' }, 'nvidia ampere'],
  [{ description: 'driver 5' }, 'driver 5'],
  [{}, 'an unnamed GPU'],
])('%o is called %s', (info, expected) => {
  expect(adapterName(adapter(info))).toBe(expected);
});
