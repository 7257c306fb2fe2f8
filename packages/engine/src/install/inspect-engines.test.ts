import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { inspectEngines } from './inspect-engines.ts';

// each engine is started by the built program
const isBuilt = existsSync(new URL('../../dist/engine-child.js', import.meta.url));

test.skipIf(!isBuilt)(`reports every engine with its speed${isBuilt ? '' : ' (skipped: the package is not built)'}`, async () => {
  const before = tf.getBackend();
  const reports = await inspectEngines();
  expect(tf.getBackend()).toBe(before);
  expect(reports.map(({ name }) => name)).toEqual(['native', 'webgpu', 'wasm', 'cpu']);
  expect(reports.filter(({ isChosen }) => isChosen).length).toBe(1);
  const [native, webgpu, wasm, cpu] = reports;
  expect(wasm).toMatchObject({ works: true, library: expect.stringContaining(`tfjs-backend-wasm ${tf.version_core}`) });
  expect(wasm!.gigaflops!).toBeGreaterThan(cpu!.gigaflops!);
  if (!webgpu!.works) expect(webgpu!.reason).toMatch(/is not installed|no Vulkan driver|no GPU/);
  if (webgpu!.works && !webgpu!.library!.includes('hardware')) expect(webgpu!.isChosen).toBe(false);
  if (native!.works) {
    expect(native!.isChosen || webgpu!.isChosen).toBe(true);
    expect(native!.gigaflops!).toBeGreaterThan(wasm!.gigaflops!);
  } else {
    expect(native!.reason).toContain('s3 engine install');
    expect(native!.remedy).toMatch(/npx s3 engine install|npm install/);
    expect(wasm!.isChosen || webgpu!.isChosen).toBe(true);
  }
});
