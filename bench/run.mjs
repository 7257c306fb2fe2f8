#!/usr/bin/env node
// Times this project and its peer on the same work and the same input, in turns, in one run.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpuSeconds, machine, otherLoad } from './machine.mjs';
import { startPeer } from './peer.mjs';
import { header, line, summary } from './table.mjs';

const caseNames = [
  ...['hubert-frozen', 'hubert-forward', 'hubert-step', 'hubert-step-short'],
  ...['xvector-step', 'xvector-step-conv1d', 'blstm-ctc-step', 'blstm-ctc-step-packed', 'sd-step'],
  ...['fbank', 'fbank-kaldi', 'resample', 'wav-read', 'wav-crop', 'loader', 'trials', 'as-norm'],
  ...['loop-asv', 'loop-ks', 'loop-sid', 'loop-sd', 'loop-asr', 'startup', 'installed-size'],
];
const usage = `npm run bench [-- OPTIONS]: times this project and its peer on the same work, in turns, in one run

  --only NAMES          cases, separated by commas; all unless given
  --engine NAME         native, webgpu, wasm, cpu or auto (auto)
  --rounds N            timed rounds of each case (5)
  --python FILE         Python with the peers (bench/.venv/bin/python, which bench/setup-peers.sh makes)
  --peer-device NAME    where PyTorch computes: cpu or cuda (cpu)
  --fsdd FOLDER         tables of spoken digits for the loops, as scripts/digit-tables.mjs makes them
  --json FILE           writes { machine, rounds, cases } there
  --help

Cases: ${caseNames.join(', ')}. bench/README.md says what they do.`;
const options = readOptions({
  help: { type: 'boolean' },
  only: { type: 'string', multiple: true },
  json: { type: 'string' },
  python: { type: 'string', default: fileURLToPath(new URL('.venv/bin/python', import.meta.url)) },
  engine: { type: 'string', default: 'auto' },
  'peer-device': { type: 'string', default: 'cpu' },
  rounds: { type: 'string', default: '5' },
  fsdd: { type: 'string' },
});
if (options.help) {
  console.log(usage);
  process.exit();
}
const chosen = options.only?.flatMap((names) => names.split(',')) ?? caseNames;
const unknown = chosen.filter((name) => !caseNames.includes(name));
if (unknown.length > 0) fail(`no case is called ${unknown.join(', ')}; there are ${caseNames.join(', ')}`);
const rounds = Number(options.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) fail(`--rounds ${options.rounds}: expected a whole number from 1`);

const { selectEngine } = await import('../packages/engine/dist/index.js').catch((error) =>
  fail(`Build the packages first, with npm run setup (${error.message}).`),
);
const engine = await selectEngine(options.engine);
const host = { ...machine(), engine: `${engine.name} (${engine.library})` };
console.log(`${host.processor}, ${host.cores} cores, ${host.memoryGigabytes} GB; node ${host.node}, ${host.system}; engine ${host.engine}`);
if (host.loadBefore > 0.25 * host.cores) console.log(`The machine is busy (load ${host.loadBefore}): figures will be too high.`);
const fsdd = options.fsdd && resolve(options.fsdd);
if (!existsSync(options.python))
  console.log(`No peer: ${options.python} is not there. bench/setup-peers.sh makes it, or name one with --python.`);
console.log(`\n${header}`);

const cases = [];
for (const name of chosen) {
  const result = await measure(name);
  cases.push(result);
  console.log(line(result));
}
if (options.json) {
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify({ machine: host, rounds, cases }, null, 2)}\n`);
}
const wrong = cases.filter(({ agrees }) => agrees === false);
if (wrong.length > 0) fail(`not the same work, the results differ: ${wrong.map(({ name }) => name).join(', ')}`);

function readOptions(options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${error.message.split('. ')[0]}.\n\n${usage}`);
  }
}

async function measure(name) {
  const { default: prepare } = await import(`./cases/${name}.mjs`);
  const folder = await mkdtemp(join(tmpdir(), 's3-bench-'));
  try {
    const {
      work,
      target,
      run,
      tolerance,
      dispose,
      skipped,
      rounds: most = Number.POSITIVE_INFINITY,
    } = await prepare({ folder, cores: availableParallelism(), fsdd, engine });
    if (skipped) return { name, skipped };
    const peer = await startPeer({ python: options.python, device: options['peer-device'], name, folder });
    // the first round of each warms caches and compilers and is not counted
    let own = await timed(run);
    let other = await peer.run?.();
    const agrees = agree(own.check, other?.check, tolerance);
    const [ours, theirs] = [[], []];
    const others = otherLoad();
    let peerCpu = 0;
    for (let round = 0; round < Math.min(rounds, most); round++) {
      own = await timed(run);
      ours.push(own);
      if (!peer.run) continue;
      other = await peer.run();
      peerCpu += other.used;
      theirs.push(other);
    }
    const otherCores = others(peerCpu);
    await peer.end?.();
    dispose?.();
    return {
      name,
      work,
      peer: peer.name,
      target,
      ...summary(ours, theirs),
      ...(peer.run ? { agrees, check: own.check, peerCheck: other.check } : { absent: peer.absent }),
      otherCores,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A round; some cases time a part of it themselves, or measure something else. */
async function timed(run) {
  const [cpu, wall] = [cpuSeconds(), performance.now()];
  const result = await run();
  if (!Array.isArray(result)) return result;
  return { check: result, cpu: cpuSeconds() - cpu, wall: (performance.now() - wall) / 1000 };
}

/** Whether both computed the same; undefined where there is nothing to compare. */
function agree(check, peerCheck, tolerance) {
  if (!check?.length || !peerCheck?.length) return undefined;
  return check.every((value, at) => Math.abs(value - peerCheck[at]) <= tolerance * Math.max(1e-12, Math.abs(peerCheck[at])));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
