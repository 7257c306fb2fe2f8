import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exposeCusolver, linkCuda } from './cuda-libraries.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuda-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (...path: string[]) => {
  mkdirSync(join(folder, ...path.slice(0, -1)), { recursive: true });
  writeFileSync(join(folder, ...path), path.at(-1)!);
};

test('cuSOLVER is found where TensorFlow looks for cuSPARSE, and a folder of another stays as it is', () => {
  put('site-packages', 'cusolver', 'lib', 'libcusolver.so.11');
  put('site-packages', 'cusparse', 'lib', 'libcusparse.so.12');
  put('site-packages', 'cuda_nvcc', 'bin', 'ptxas');
  const linked = join(folder, 'linked');
  linkCuda(join(folder, 'site-packages'), linked);
  exposeCusolver(linked);
  exposeCusolver(linked);
  expect(readdirSync(linked).sort()).toEqual(['cusolver', 'cusparse']);
  expect(readFileSync(join(linked, 'cusparse', 'lib', 'libcusolver.so.11'), 'utf8')).toBe('libcusolver.so.11');
  expect(readdirSync(join(folder, 'site-packages', 'cusparse', 'lib'))).toEqual(['libcusparse.so.12']);
});

test('without cuSOLVER nothing is linked', () => {
  put('other', 'cusparse', 'lib', 'libcusparse.so.12');
  exposeCusolver(join(folder, 'other'));
  exposeCusolver(join(folder, 'nowhere'));
  expect(readdirSync(join(folder, 'other', 'cusparse', 'lib'))).toEqual(['libcusparse.so.12']);
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
});
