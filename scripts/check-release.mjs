// Releases everything to a registry of its own and uses it from there, as strangers would:
//   1. @s3/task-asv alone in an empty folder: it runs, its types resolve, and it takes no more room than promised
//   2. packages made by `s3 create` are tested, built and published
//   3. `s3 run` finds a published recipe and trains it
// Needs npm and its registry for what is not ours.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderBytes, outsideProgram } from './outside-program.mjs';
import { packageFolders, root } from './workspace.mjs';

const { installedMegabytes: mostMegabytes } = JSON.parse(readFileSync(join(root, 'scripts/size-budgets.json'), 'utf8'))['@s3/task-asv'];
const folder = mkdtempSync(join(tmpdir(), 's3-release-'));
const { devDependencies: versions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const version = (name) => `${name}@${versions[name]}`;

const registry = await startRegistry();
// a cache of its own, so that nothing comes from an earlier release of the same version
const npmrc = join(folder, 'npmrc');
writeFileSync(npmrc, `registry=${registry.url}\n${registry.url.replace(/^http:/, '')}:_authToken=anyone\ncache=${join(folder, 'cache')}\n`);
const env = { ...process.env, NPM_CONFIG_USERCONFIG: npmrc, npm_config_registry: registry.url, npm_config_provenance: 'false' };

try {
  release();
  oneTaskAlone();
  for (const kind of ['task', 'upstream', 'recipe']) publishPlugin(kind);
  runPublishedRecipe();
  console.log('check-release: released, installed alone, extended by packages of others, and run');
} finally {
  registry.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The project's own release, to this registry and without marks in git. */
function release() {
  const printed = run('npm', ['run', 'release', '--', '--no-git-tag'], root);
  const manifests = packageFolders.map((path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')));
  const missing = manifests.filter(({ name, private: isPrivate }) => !isPrivate && !printed.includes(`${name}@`)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`not released: ${missing.join(', ')}\n${printed}`);
  console.log(`released ${manifests.filter(({ private: isPrivate }) => !isPrivate).length} packages`);
}

function oneTaskAlone() {
  const place = emptyProject('alone');
  run('npm', ['install', '--no-audit', '--no-fund', '@s3/task-asv', '@s3/interface', '@tensorflow/tfjs-core', 'zod'], place);
  const megabytes = folderBytes(join(place, 'node_modules')) / 1e6;
  if (megabytes > mostMegabytes) throw new Error(`one task takes ${megabytes.toFixed(0)} MB installed; at most ${mostMegabytes}`);
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', version('@tensorflow/tfjs-backend-cpu'), version('typescript'), version('@types/node')],
    place,
  );
  writeFileSync(join(place, 'main.ts'), outsideProgram);
  const tsc = [join('node_modules', 'typescript', 'bin', 'tsc'), '--strict', '--target', 'es2022', '--skipLibCheck', 'main.ts'];
  run(process.execPath, [...tsc, '--module', 'preserve', '--moduleResolution', 'bundler', '--noEmit'], place);
  run(process.execPath, [...tsc, '--module', 'node16', '--moduleResolution', 'node16'], place);
  const printed = run(process.execPath, ['main.js'], place);
  if (!printed.includes('2 4 embeddings')) throw new Error(`main.js printed\n${printed}`);
  console.log(`one task alone: ${megabytes.toFixed(0)} MB installed, runs, and its types resolve both ways`);
}

function publishPlugin(kind) {
  const s3 = join(root, 'recipes', 'cli', 'bin', 's3.js');
  const name = `whale-${kind}`;
  run(process.execPath, [s3, 'create', kind, name, '--in', folder], folder);
  const place = join(folder, name);
  run('npm', ['install', '--no-audit', '--no-fund'], place);
  run('npx', ['changeset', 'version'], place);
  run('npm', ['run', 'check'], place);
  run('npm', ['test'], place);
  run('npm', ['run', 'build'], place);
  run('npm', ['publish', '--access', 'public'], place);
  const { version: published } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  if (published !== '0.1.0') throw new Error(`${name} is ${published} after its first release`);
  console.log(`a ${kind} of somebody else's: made, tested, built, published`);
}

function runPublishedRecipe() {
  const place = emptyProject('user');
  run('npm', ['install', '--no-audit', '--no-fund', '@s3/cli', 'whale-recipe'], place);
  const list = run('npx', ['s3', 'list'], place);
  if (!/whale-recipe +Speaker verification with ECAPA-TDNN/.test(list)) throw new Error(`s3 list printed\n${list}`);
  cpSync(join(root, 'recipes', 'quickstart-data'), join(place, 'data'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  const small = [
    '--downstream.channels',
    '8',
    '--training.totalSteps',
    '2',
    '--training.saveStep',
    '2',
    '--training.gradientAccumulate',
    '1',
  ];
  const data = [
    '--corpus.train',
    'data/train.csv',
    '--corpus.tests',
    'data/trials.csv',
    '--trainData.minSeconds',
    '0.5',
    '--trainData.maxSeconds',
    '1',
  ];
  const words = ['s3', 'run', 'whale-recipe', '--targetDir', 'exp', '--upstream.name', 'fbank', '--engine', 'wasm', ...data, ...small];
  const printed = run('npx', words, place);
  if (!/EER +\d/.test(printed)) throw new Error(`s3 run printed\n${printed}`);
  // the same package, made for a contract to come
  const manifest = join(place, 'node_modules', 'whale-recipe', 'package.json');
  const other = readFileSync(manifest, 'utf8').replace(/"@s3\/interface": "\^[^"]*"/, '"@s3/interface": "^99.0.0"');
  writeFileSync(manifest, other);
  const refused = spawnSync('npx', words, { cwd: place, env, encoding: 'utf8' });
  if (refused.status === 0 || !refused.stderr.includes('one made for @s3/interface ^99.0.0'))
    throw new Error(`not refused:\n${refused.stderr}`);
  console.log('s3 run finds the published recipe, trains it, and refuses it when made for another contract');
}

function emptyProject(name) {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  return place;
}

/** A registry that keeps what is published and asks npm's own for the rest. */
async function startRegistry() {
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const upstream = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim();
  const config = join(folder, 'registry.yaml');
  const open = { access: '$all', publish: '$all', unpublish: '$all' };
  const settings = {
    storage: join(folder, 'registry'),
    uplinks: { npm: { url: upstream, cache: false, timeout: '120s', maxage: '60m' } },
    packages: { '@s3/*': open, 'whale-*': open, '**': { access: '$all', proxy: 'npm' } },
    // JSON is YAML; anyone may publish here
    auth: {},
    max_body_size: '200mb',
    log: { type: 'stdout', format: 'pretty', level: 'error' },
  };
  writeFileSync(config, JSON.stringify(settings));
  const program = join(folder, 'registry-program');
  mkdirSync(program);
  // one of its dependencies asks for another by a tag (cjs) that mirrors of npm's registry may lack
  const manifest = { private: true, dependencies: { verdaccio: '6.6.2' }, overrides: { 'node-fetch': '2.7.0' } };
  writeFileSync(join(program, 'package.json'), JSON.stringify(manifest));
  const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: program, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`the registry could not be installed:\n${installed.stderr}`);
  const bin = join(program, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const child = spawn(process.execPath, [bin, '--config', config, '--listen', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  for (let attempt = 0; ; attempt++) {
    const isUp = await fetch(`${url}-/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) break;
    if (child.exitCode !== null || attempt > 600) throw new Error(`the registry did not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, stop: () => child.kill('SIGKILL') };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}
