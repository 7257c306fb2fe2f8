import { describe, expect, test } from 'vitest';
import { loadLibrary, missingGpu } from './missing-gpu.ts';

describe('why a GPU build finds no GPU', () => {
  const isThere = () => {};
  const isNot = () => {
    throw new Error('libcuda.so.1: cannot open shared object file: No such file or directory');
  };

  test.each(['', '-1', ' ', '-1,0', ',0'])('CUDA_VISIBLE_DEVICES=%j', (visible) => {
    expect(missingGpu({ CUDA_VISIBLE_DEVICES: visible }, isThere).reason).toBe(`CUDA_VISIBLE_DEVICES='${visible}' hides every GPU`);
  });

  test('a driver that is not there, and one that starts nothing', () => {
    for (const environment of [{}, { CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: 'GPU-8932f937' }]) {
      expect(missingGpu(environment, isNot)).toMatchObject({ reason: expect.stringContaining('driver is not installed') });
      expect(missingGpu(environment, isThere)).toMatchObject({ remedy: expect.stringContaining('see what nvidia-smi says') });
    }
  });

  test.skipIf(process.platform !== 'linux')("asks the system's loader, which takes libraries that are no addons", () => {
    const asks = (name: string) => missingGpu({}, () => loadLibrary(name)).reason;
    expect(asks('libc.so.6')).toContain('driver is there');
    expect(asks('libs3-no-such-library.so.1')).toContain('not installed');
  });
});
