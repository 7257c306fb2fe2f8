// Releases everything to a registry of its own and uses it from there, as strangers would:
//   0. versions and changelogs of the next release, on a copy: every sentence of .changeset is in them
//   1. @s3/task-asv alone in an empty folder: it runs, its types resolve, and it takes no more room than promised
//   2. packages made by `s3 create` are tested, built and published
//   3. `s3 run` finds a published recipe and trains it, and `s3 serve` makes a page of that
//   4. a page bundled by vite has nothing of Node in it, and learns in a browser what it learns in Node
// All of that on this Node, and what is installed by then also on the others that are supported; S3_REQUIRE_NODES=1 fails where they cannot be had.
// Needs npm and its registry for what is not ours.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, howToInstall, startBrowser } from './browser.mjs';
import { pendingChanges } from './changes.mjs';
import { folderBytes, outsidePage, outsidePageHtml, outsideProgram } from './outside-program.mjs';
import { packageFolders, root } from './workspace.mjs';

const { installedMegabytes: mostMegabytes } = JSON.parse(readFileSync(join(root, 'scripts/size-budgets.json'), 'utf8'))['@s3/task-asv'];
const folder = mkdtempSync(join(tmpdir(), 's3-release-'));
const { devDependencies: versions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const version = (name) => `${name}@${versions[name]}`;

/** of Node, each in its newest release */
const supported = [20, 22, 24];
const bundler = 'vite@8.3.8';
/** of `s3 serve`, for recipes of others */
const bundlerOfPages = 'esbuild@^0.27.0';

const nodes = installedNodes();
const registry = await startRegistry();
// a cache of its own, so that nothing comes from an earlier release of the same version
const npmrc = join(folder, 'npmrc');
writeFileSync(npmrc, `registry=${registry.url}\n${registry.url.replace(/^http:/, '')}:_authToken=anyone\ncache=${join(folder, 'cache')}\n`);
const env = { ...process.env, NPM_CONFIG_USERCONFIG: npmrc, npm_config_registry: registry.url, NPM_CONFIG_PROVENANCE: 'false' };

try {
  changelogs();
  release();
  oneTaskAlone();
  for (const kind of ['task', 'upstream', 'recipe']) publishPlugin(kind);
  runPublishedRecipe();
  await aPage();
  console.log('check-release: released, installed alone, extended by packages of others, and run');
} finally {
  registry.stop();
  rmSync(folder, { recursive: true, force: true });
}

function changelogs() {
  const changes = pendingChanges();
  if (changes.length === 0) return;
  const copy = join(folder, 'versions');
  const files = [
    ...packageFolders.map((path) => join(path, 'package.json')),
    'package.json',
    'pnpm-workspace.yaml',
    'site/package.json',
    '.changeset',
  ];
  for (const file of [...files, 'CHANGELOG.md'].filter((each) => existsSync(join(root, each))))
    cpSync(join(root, file), join(copy, file), { recursive: true });
  for (const words of [
    ['init', '-q'],
    ['add', '-A'],
    ['-c', 'user.name=s3', '-c', 'user.email=s3@localhost', 'commit', '-qm', 'copy'],
  ])
    run('git', words, copy);
  run(process.execPath, [join(root, 'scripts/version.mjs'), copy], root);
  const whole = readFileSync(join(copy, 'CHANGELOG.md'), 'utf8');
  for (const { summary, packages } of changes) {
    const [sentence] = summary.split('\n');
    const own = packages.map(({ name }) =>
      packageFolders.find((path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).name === name),
    );
    const texts = [whole, ...own.map((path) => readFileSync(join(copy, path, 'CHANGELOG.md'), 'utf8'))];
    if (!texts.every((text) => text.includes(sentence))) throw new Error(`a changelog lacks: ${sentence}`);
    if (/(Major|Minor|Patch) Changes|\b[0-9a-f]{7,40}: /.test(texts.join('\n'))) throw new Error('a changelog is written for programs');
  }
  console.log(`the changelogs of the next release have all ${changes.length} changes`);
}

/** The project's own release, to this registry and without marks in git. */
function release() {
  const printed = run('npm', ['run', 'release', '--', '--tested', '--no-git-tag'], root);
  const manifests = packageFolders.map((path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')));
  const missing = manifests.filter(({ name, private: isPrivate }) => !isPrivate && !printed.includes(`${name}@`)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`not released: ${missing.join(', ')}\n${printed}`);
  if (!printed.includes('Without provenance')) throw new Error(`nothing is said of provenance:\n${printed}`);
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
  for (const { program } of nodes) {
    const printed = run(program, ['main.js'], place);
    if (!printed.includes('2 4 embeddings')) throw new Error(`main.js printed\n${printed}`);
  }
  console.log(`one task alone: ${megabytes.toFixed(0)} MB installed, its types resolve both ways, and it runs on Node ${versionsOfNode()}`);
}

function publishPlugin(kind) {
  const s3 = join(root, 'recipes', 'cli', 'bin', 's3.js');
  const name = `whale-${kind}`;
  run(process.execPath, [s3, 'create', kind, name, '--in', folder], folder);
  const place = join(folder, name);
  run('npm', ['install', '--no-audit', '--no-fund'], place);
  run('npm', ['run', 'version'], place);
  const changes = readFileSync(join(place, 'CHANGELOG.md'), 'utf8');
  if (!changes.includes('### New\n\n- First release.')) throw new Error(`CHANGELOG.md of ${name}:\n${changes}`);
  run('npm', ['run', 'check'], place);
  run('npm', ['test'], place);
  run('npm', ['run', 'build'], place);
  run('npm', ['publish', '--access', 'public'], place);
  const { version: published } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  if (published !== '0.1.0') throw new Error(`${name} is ${published} after its first release`);
  console.log(`${kind === 'upstream' ? 'an' : 'a'} ${kind} of somebody else's: made, tested, built, published`);
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
  for (const { name, program } of nodes) {
    const [, ...rest] = words.map((word) => (word === 'exp' ? `exp-${name}` : word));
    const printed = run(program, [join('node_modules', '@s3', 'cli', 'bin', 's3.js'), ...rest], place);
    if (!/EER +\d/.test(printed)) throw new Error(`s3 run printed\n${printed}`);
  }
  // no GPU's packages are installed here, and a page of somebody else's recipe is bundled all the same
  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', bundlerOfPages], place);
  const pages = run('npx', ['s3', 'serve', `exp-${nodes[0].name}/train/step_2`, '--build', 'page'], place);
  if (!existsSync(join(place, 'page', 'index.html'))) throw new Error(`s3 serve --build printed\n${pages}`);
  // the same package, made for a contract to come
  const manifest = join(place, 'node_modules', 'whale-recipe', 'package.json');
  const other = readFileSync(manifest, 'utf8').replace(/"@s3\/interface": "\^[^"]*"/, '"@s3/interface": "^99.0.0"');
  writeFileSync(manifest, other);
  const refused = spawnSync('npx', words, { cwd: place, env, encoding: 'utf8' });
  if (refused.status === 0 || !refused.stderr.includes('made for @s3/interface ^99.0.0'))
    throw new Error(`not refused:\n${refused.stderr}`);
  console.log(`s3 run finds the published recipe, trains it on Node ${versionsOfNode()}, and refuses it when made for another contract`);
}

async function aPage() {
  const place = emptyProject('page');
  const parts = ['own-classes', 'dataio', 'engine', 'task-ctc', 'upstream', 'interface'].map((name) => `@s3/${name}`);
  const tools = [bundler, version('typescript'), version('@types/node')];
  run('npm', ['install', '--no-audit', '--no-fund', ...parts, '@tensorflow/tfjs-core', 'zod', ...tools], place);
  const model = readFileSync(join(root, 'packages/dataio/src/fixtures/subwords/s3prl-unigram.model')).toString('base64');
  writeFileSync(join(place, 'main.ts'), outsidePage);
  writeFileSync(join(place, 'model.ts'), `export const sentencepiece = '${model}';\n`);
  writeFileSync(join(place, 'index.html'), outsidePageHtml);
  cpSync(join(place, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist'), join(place, 'public', 'wasm'), {
    recursive: true,
    filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith('.wasm'),
  });
  // types as bundlers for browsers find them, then as Node does
  const tsc = [join('node_modules', 'typescript', 'bin', 'tsc'), '--strict', '--target', 'es2022', '--skipLibCheck', 'main.ts'];
  const browser = ['--lib', 'es2022,dom', '--customConditions', 'browser'];
  run(process.execPath, [...tsc, ...browser, '--module', 'preserve', '--moduleResolution', 'bundler', '--noEmit'], place);
  run(
    process.execPath,
    [...tsc, '--lib', 'es2022,dom', '--module', 'node16', '--moduleResolution', 'node16', '--outDir', 'in-node'],
    place,
  );

  const { stdout, stderr, status } = spawnSync('npx', ['vite', 'build', '--logLevel', 'info'], { cwd: place, env, encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`vite build\n${said}`);
  const ofNode = [...said.matchAll(/Module "([^"]+)" has been externalized for browser compatibility, imported by "([^"]+)"/g)]
    // it asks first whether it is in Node, and does without otherwise
    .filter(([, , importer]) => !importer.includes('/@sctg/sentencepiece-js/'))
    .map(([, name, importer]) => `${name}, by ${importer}`);
  if (ofNode.length > 0) throw new Error(`the page would need modules of Node:\n${ofNode.join('\n')}`);

  const results = nodes.map(({ program }) => JSON.parse(run(program, [join('in-node', 'main.js')], place)));
  const inBrowser = chromiumPath() ? await resultOfPage(place) : undefined;
  const all = [...results, ...(inBrowser ? [inBrowser] : [])];
  const [first] = all;
  for (const { accuracy, weights, ids } of all) {
    const difference = Math.max(...weights.map((weight, at) => Math.abs(weight - first.weights[at])));
    if (accuracy !== 1 || weights.length === 0 || !(difference < 1e-4) || ids.join() !== first.ids.join())
      throw new Error(`results differ:\n${all.map((each) => JSON.stringify(each)).join('\n')}`);
  }
  if (!inBrowser) {
    console.log(`a page made by vite: not opened, since ${howToInstall}`);
    if (process.env.S3_REQUIRE_BROWSER) throw new Error(howToInstall);
  } else console.log(`a page made by vite: nothing of Node in it, and it learns in a browser what it learns on Node ${versionsOfNode()}`);
}

/** What the built page prints. */
async function resultOfPage(place) {
  const port = await freePort();
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  const server = spawn(process.execPath, [vite, 'preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'], {
    cwd: place,
    env,
    stdio: 'ignore',
  });
  const browser = await startBrowser();
  try {
    const address = `http://127.0.0.1:${port}/`;
    await answers(address, server, () => 'vite preview');
    const page = await browser.newPage();
    return await new Promise((resolve, reject) => {
      page.on('pageerror', (error) => reject(new Error(`the page made by vite: ${error.stack}`)));
      page.on('console', (message) => {
        if (message.type() === 'error') reject(new Error(`the page made by vite: ${message.text()}`));
        if (message.text().startsWith('{')) resolve(JSON.parse(message.text()));
      });
      setTimeout(() => reject(new Error('the page made by vite gave no result in two minutes')), 120_000).unref();
      page.goto(address).catch(reject);
    });
  } finally {
    await browser.close();
    server.kill('SIGKILL');
  }
}

/** This Node, and the newest of every other version that is supported: `{ name, program }`. */
function installedNodes() {
  const own = { name: process.versions.node.split('.')[0], program: process.execPath };
  const place = join(folder, 'nodes');
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const others = supported.map(String).filter((name) => name !== own.name);
  mkdirSync(place);
  const dependencies = Object.fromEntries(others.map((name) => [`node-${name}`, `npm:${packageName}@${name}`]));
  writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: place, encoding: 'utf8' });
  if (status !== 0) {
    console.log(`Node ${others.join(' and ')}: not tried, since ${packageName} could not be installed:\n${stderr}`);
    if (process.env.S3_REQUIRE_NODES) throw new Error(`Node ${others.join(' and ')} could not be installed`);
    return [own];
  }
  return [
    own,
    ...others.map((name) => ({
      name,
      program: join(place, 'node_modules', `node-${name}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    })),
  ];
}

function versionsOfNode() {
  const names = nodes.map(({ name }) => name).sort();
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
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
  await answers(`${url}-/ping`, child, () => `the registry, which said\n${said}`);
  return { url, stop: () => child.kill('SIGKILL') };
}

/** Waits until a server answers. */
async function answers(address, child, name) {
  for (let attempt = 0; ; attempt++) {
    const isUp = await fetch(address).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    if (child.exitCode !== null || attempt > 600) throw new Error(`${name()} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
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
