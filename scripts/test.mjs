// Everything that has to hold, in one command; the last line counts it.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { chromiumPath, howToInstall } from './browser.mjs';
import { root, webgpuFolder } from './workspace.mjs';

const scratch = mkdtempSync(join(tmpdir(), 's3-test-'));
const temporary = join(scratch, 'temporary');
mkdirSync(temporary);
for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = temporary;
const bin = (name) => join(root, 'node_modules', '.bin', name);
let passed = 0;
/** What failed, in a line or more each: said again at the end, where a long log is read. */
const failures = [];

await step('types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']);
await step('types of the page', bin('tsc'), ['--noEmit', '-p', 'recipes/pages/src/app']);
await step('lint', bin('biome'), ['check', '.']);
await step('WebAssembly is what its source compiles to', process.execPath, ['scripts/compile-assembly.mjs', '--check']);
await step('package rules, and what would be published', process.execPath, ['scripts/check-packages.mjs', '--packed']);
await step('licences of what people install', process.execPath, ['scripts/check-licences.mjs']);
await step('known faults in what people install', process.execPath, ['scripts/check-audit.mjs']);
await vitest('unit, conformance and recipe tests', {});
const conformance = ['packages/featurizer', 'packages/downstream', 'packages/task-'];
await vitest('conformance on wasm', { S3_ENGINE: 'wasm' }, conformance); // upstreams are tried on it above
const { installedNatives } = await import('@s3/engine');
if (installedNatives().length > 0) await vitest('conformance on native', { S3_ENGINE: 'native' }, [...conformance, 'packages/upstream']);
else {
  console.log('\n== conformance on native: not run, since `npx s3 engine install` has not been');
  if (process.env.S3_REQUIRE_NATIVE) failures.push('conformance on native: not run');
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
  await vitest('conformance on webgpu', { S3_ENGINE: 'webgpu', ...webgpuEnv }, [...small, '--testTimeout=180000']);
} else {
  console.log(`\n== conformance on webgpu: not run, since ${webgpuLacks}`);
  if (process.env.S3_REQUIRE_WEBGPU) failures.push(`conformance on webgpu: not run, since ${webgpuLacks}`);
}
await step('sizes of packages', process.execPath, ['scripts/check-sizes.mjs']);
await step('examples in READMEs', process.execPath, ['scripts/check-readmes.mjs']);
await step('commands in READMEs and docs', process.execPath, ['scripts/check-commands.mjs']);
await step('names in the tables of parity', process.execPath, ['scripts/check-names.mjs']);
if (chromiumPath()) {
  await step('documentation as a site', process.execPath, ['scripts/check-site.mjs']);
  await step('pages of checkpoints, and the one that learns', process.execPath, ['scripts/check-pages.mjs']);
} else {
  console.log(`\n== documentation as a site, and pages: not run, since ${howToInstall}`);
  if (process.env.S3_REQUIRE_BROWSER) failures.push('documentation as a site, and pages: not run');
}
await step('released to a registry, and used from there', process.execPath, ['scripts/check-release.mjs']);
const left = readdirSync(temporary).filter((name) => /^(s3-|mat-debug)/.test(name));
if (left.length > 0) {
  failures.push(`left among temporary files: ${left.join(', ')}; expected whoever makes them to remove them`);
}

rmSync(scratch, { recursive: true, force: true });
for (const failure of failures) console.log(`\nfailed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

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

/** Runs a command, shows what it prints as it does, and keeps the end of that. */
async function run(name, command, args, env = {}) {
  console.log(`\n== ${name}`);
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), ...process.env, ...env },
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  let end = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])
    from.on('data', (data) => {
      to.write(data);
      end = (end + data).slice(-3000);
    });
  const ok = await new Promise((resolve) => {
    child.on('error', (error) => {
      end = error.message;
      resolve(false);
    });
    child.on('close', (status) => resolve(status === 0));
  });
  return { ok, end };
}

async function step(name, command, args) {
  const { ok, end } = await run(name, command, args);
  if (ok) passed++;
  else failures.push(`${name}\n${end}`);
}

/** Counts single tests, from the runner's own report. */
async function vitest(name, env, filters = []) {
  const report = join(scratch, `${passed}-${failures.length}.json`);
  const { ok, end } = await run(
    name,
    bin('vitest'),
    ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`, ...filters],
    env,
  );
  const before = failures.length;
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    for (const file of testResults) {
      const where = `${name}: ${relative(root, file.name)}`;
      const tests = file.assertionResults.filter(({ status }) => status === 'failed');
      for (const test of tests) failures.push(`${where}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
      // a file that does not even load fails without a failed test
      if (file.status === 'failed' && tests.length === 0) failures.push(`${where}\n${file.message}`);
    }
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
  }
  // an error that nothing caught belongs to no test
  if (!ok && failures.length === before) failures.push(`${name}\n${end}`);
}
