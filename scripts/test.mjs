// Everything that has to hold, in one command; the last line counts it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromiumPath, howToInstall } from './browser.mjs';
import { root, webgpuFolder } from './workspace.mjs';

const scratch = mkdtempSync(join(tmpdir(), 's3-test-'));
const temporary = join(scratch, 'temporary');
mkdirSync(temporary);
for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = temporary;
const bin = (name) => join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

step('types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']);
step('types of the page', bin('tsc'), ['--noEmit', '-p', 'recipes/pages/src/app']);
step('lint', bin('biome'), ['check', '.']);
step('WebAssembly is what its source compiles to', process.execPath, ['scripts/compile-assembly.mjs', '--check']);
step('package rules, and what would be published', process.execPath, ['scripts/check-packages.mjs', '--packed']);
step('licences of what people install', process.execPath, ['scripts/check-licences.mjs']);
step('known faults in what people install', process.execPath, ['scripts/check-audit.mjs']);
vitest('unit, conformance and recipe tests', {});
const conformance = ['packages/featurizer', 'packages/downstream', 'packages/task-', 'packages/upstream'];
vitest('conformance on wasm', { S3_ENGINE: 'wasm' }, conformance);
const { installedNatives } = await import('@s3/engine');
if (installedNatives().length > 0) vitest('conformance on native', { S3_ENGINE: 'native' }, conformance);
else {
  console.log('\n== conformance on native: not run, since `npx s3 engine install` has not been');
  if (process.env.S3_REQUIRE_NATIVE) failed++;
}
const [webgpuEnv, webgpuLacks] = webgpu();
if (webgpuEnv) {
  // a software adapter is slow: what reaches every kernel, without the tests that compare large models
  const small = [
    'packages/engine/src/webgpu',
    'packages/featurizer',
    'packages/downstream/src/contract',
    'packages/task-asv',
    'recipes/superb-asv/engines',
  ];
  vitest('conformance on webgpu', { S3_ENGINE: 'webgpu', ...webgpuEnv }, [...small, '--testTimeout=180000']);
} else {
  console.log(`\n== conformance on webgpu: not run, since ${webgpuLacks}`);
  if (process.env.S3_REQUIRE_WEBGPU) failed++;
}
step('sizes of packages', process.execPath, ['scripts/check-sizes.mjs']);
step('examples in READMEs', process.execPath, ['scripts/check-readmes.mjs']);
step('commands in READMEs and docs', process.execPath, ['scripts/check-commands.mjs']);
step('names in the tables of parity', process.execPath, ['scripts/check-names.mjs']);
if (chromiumPath()) {
  step('documentation as a site', process.execPath, ['scripts/check-site.mjs']);
  step('pages of checkpoints', process.execPath, ['scripts/check-pages.mjs']);
  step('the page that learns', process.execPath, ['scripts/check-teach.mjs']);
} else {
  console.log(`\n== documentation as a site, and pages: not run, since ${howToInstall}`);
  if (process.env.S3_REQUIRE_BROWSER) failed++;
}
step('released to a registry, and used from there', process.execPath, ['scripts/check-release.mjs']);
const left = readdirSync(temporary).filter((name) => /^(s3-|mat-debug)/.test(name));
if (left.length > 0) {
  console.error(`\nleft among temporary files: ${left.join(', ')}; expected whoever makes them to remove them`);
  failed++;
}

rmSync(scratch, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** What WebGPU needs to start here, or what it lacks. Chromium brings SwiftShader, a GPU in software. */
function webgpu() {
  const modules = join(webgpuFolder, 'node_modules');
  if (!existsSync(join(modules, 'webgpu'))) return [undefined, '`node scripts/install-webgpu.mjs` has not been'];
  const env = { NODE_PATH: [modules, process.env.NODE_PATH].filter(Boolean).join(delimiter) };
  if (process.platform !== 'linux' || process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES) return [env];
  const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
  if (existsSync(swiftShader)) return [{ ...env, VK_ICD_FILENAMES: swiftShader }];
  const drivers = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d'].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  return drivers.length > 0 ? [env] : [undefined, 'there is no Vulkan driver (Debian: the package chromium brings SwiftShader)'];
}

function run(name, command, args, env = {}) {
  console.log(`\n== ${name}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  if (error) console.error(`${name}: ${error.message}`);
  return status === 0;
}

function step(name, command, args) {
  if (run(name, command, args)) passed++;
  else failed++;
}

/** Counts single tests, from the runner's own report. */
function vitest(name, env, filters = []) {
  const report = join(scratch, `${passed}-${failed}.json`);
  const ok = run(name, bin('vitest'), ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`, ...filters], env);
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    // a file that does not even load fails without a failed test
    failed += numFailedTests === 0 && !ok ? Math.max(1, numFailedTestSuites) : numFailedTests;
  } catch {
    failed++;
  }
}
