// Brings the WebGPU engine's packages for tests: 160 MB, so they are no dependency of the workspace.
// Inside node_modules they find the workspace's own tfjs-core; NODE_PATH tells where they are (see test.mjs).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webgpuFolder } from './workspace.mjs';

const packages = ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0'];

if (existsSync(join(webgpuFolder, 'node_modules/@tensorflow/tfjs-backend-webgpu'))) process.exit(0);
mkdirSync(webgpuFolder, { recursive: true });
writeFileSync(join(webgpuFolder, 'package.json'), '{ "private": true }\n');
const { status } = spawnSync('npm', ['install', '--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
  cwd: webgpuFolder,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
