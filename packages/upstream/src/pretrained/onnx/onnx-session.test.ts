import { afterEach, expect, test, vi } from 'vitest';
import { onnxruntime } from './onnx-session.ts';

afterEach(() => void vi.unstubAllEnvs());

test.each([
  [undefined, '1'],
  ['0', '0'],
])('onnxruntime tells nobody of its sessions, unless the user has said so (%s)', async (before, after) => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', before);
  await onnxruntime('auto');
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe(after);
});
