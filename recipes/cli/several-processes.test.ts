import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trainCsv, trialsCsv } from '@s3/quickstart-data';
import { afterAll, describe, expect, it } from 'vitest';
import { makeTwoHosts } from './two-hosts.fixture.ts';

// The built command under a real launcher, on real recordings.
const command = fileURLToPath(new URL('./bin/s3.js', import.meta.url));
const small = {
  recipe: 'superb-asv',
  'corpus.train': trainCsv,
  'corpus.tests': trialsCsv,
  'upstream.name': 'fbank',
  'downstream.hiddenSize': 16,
  'downstream.tdnnSize': 16,
  'downstream.aggregationSize': 24,
  'downstream.outputSize': 16,
  'trainData.minSeconds': 0.5,
  'trainData.maxSeconds': 1,
  'trainBatches.batchSize': 5,
  'training.totalSteps': 100,
  'training.logStep': 20,
  'training.saveStep': 20,
  'training.gradientAccumulate': 1,
  workers: 0,
  engine: 'wasm',
};
type Settings = { readonly [setting: string]: string | number | boolean | null };

const { 'trainData.minSeconds': _, ...others } = small;
const balanced: Settings = {
  ...others,
  recipe: fileURLToPath(new URL('./balanced-speakers.fixture.mjs', import.meta.url)),
  'upstream.name': 'mel',
  'trainBatches.distinctSpeakers': true,
  'augmentation.speeds': '[]',
  'evaluation.segments': 'null',
  'training.totalSteps': 40,
};

const launchers = [
  {
    name: 'Open MPI',
    processes: 2,
    launcher: 'mpirun.openmpi',
    options: ['--allow-run-as-root', '--oversubscribe'],
    rank: 'OMPI_COMM_WORLD_RANK',
  },
  { name: 'MPICH', processes: 4, launcher: 'mpirun.mpich', options: [], rank: 'PMI_RANK' },
].filter(({ launcher }) => spawnSync(launcher, ['--version']).status === 0);

const [openMpi] = launchers;
const twoHosts = openMpi?.name === 'Open MPI' ? makeTwoHosts() : undefined;
afterAll(() => twoHosts?.remove());
const ways = [...launchers];
if (openMpi && twoHosts) {
  const [program, ...words] = twoHosts.prefix as [string, ...string[]];
  const options = [...words, openMpi.launcher, ...openMpi.options, ...twoHosts.options];
  ways.push({ ...openMpi, name: 'Open MPI on two hosts', launcher: program, options });
}

const newFolder = () => mkdtempSync(join(tmpdir(), 's3-processes-'));
function words(targetDir: string, { recipe, ...settings }: Settings = small): string[] {
  const given = Object.entries({ ...settings, targetDir }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [command, 'run', String(recipe), ...given];
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

function start(program: string, args: readonly string[]): Started {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream!.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  return { child, ended: new Promise((done) => child.on('close', (code) => done({ code, output }))) };
}

const alone = (targetDir: string, settings = small as Settings) => start(process.execPath, words(targetDir, settings));
const together = (
  { launcher, options }: Pick<(typeof launchers)[number], 'launcher' | 'options'>,
  size: number,
  targetDir: string,
  settings = small as Settings,
) => start(launcher, [...options, '-np', String(size), process.execPath, ...words(targetDir, settings)]);

/** Every tensor of a checkpoint's model, by name. */
function weightsOf(targetDir: string, step: number): { readonly [name: string]: Float32Array } {
  const bytes = readFileSync(join(targetDir, 'train', `step_${step}`, 'model.safetensors'));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as { [name: string]: { data_offsets: [number, number] } };
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            data_offsets: [from, to],
          },
        ]) => [
          name,
          new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + headerLength + from, bytes.byteOffset + 8 + headerLength + to)),
        ],
      ),
  );
}

function resultsOf(targetDir: string) {
  return JSON.parse(readFileSync(join(targetDir, 'metrics.json'), 'utf8')).tests as {
    readonly [test: string]: { readonly [metric: string]: number };
  };
}

function expectSame(targetDir: string, expected: string, step = 100) {
  const [weights, expectedWeights] = [weightsOf(targetDir, step), weightsOf(expected, step)];
  expect(Object.keys(weights)).toEqual(Object.keys(expectedWeights));
  for (const [name, values] of Object.entries(expectedWeights)) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const furthest = values.reduce((most, value, index) => Math.max(most, Math.abs(value - weights[name]![index]!)), 0);
    expect(furthest / largest, name).toBeLessThan(1e-5);
  }
  for (const [test, log] of Object.entries(resultsOf(expected))) {
    expect(resultsOf(targetDir)[test]!['eer']).toBeCloseTo(log['eer']!, 2);
  }
}

/** The process of a rank; found by what its launcher left in its environment. */
async function processOf(rank: string, targetDir: string): Promise<number> {
  for (;;) {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      try {
        const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        if (commandLine.startsWith(process.execPath) && commandLine.includes(targetDir) && environment.includes(rank)) return Number(name);
      } catch {
        // gone meanwhile
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.runIf(process.env['S3_REQUIRE_MPI'] !== undefined)('launchers that have to be here', () => {
  it('are here', () => void expect(launchers.map(({ name }) => name)).toEqual(['Open MPI', 'MPICH']));
});

describe.runIf(launchers.length > 0)('s3 run in several processes', { timeout: 600_000 }, () => {
  const expected = newFolder();

  it.each(ways)('reaches the weights and figures of one process ($name)', async (launcher) => {
    if (!existsSync(join(expected, 'metrics.json'))) {
      const { code, output } = await alone(expected).ended;
      expect(code, output).toBe(0);
    }
    const folder = newFolder();
    const { code, output } = await together(launcher, launcher.processes, folder).ended;
    expect(code, output).toBe(0);
    expect(output.match(/Stage 2: train/g)).toHaveLength(1);
    expectSame(folder, expected);
  });

  it('reaches them with batches in which no speaker comes twice', async () => {
    const [launcher] = launchers as [(typeof launchers)[number]];
    const [one, two] = [newFolder(), newFolder()];
    for (const { ended } of [alone(one, balanced), together(launcher, 2, two, balanced)]) {
      const { code, output } = await ended;
      expect(code, output).toBe(0);
    }
    expectSame(two, one, 40);
  });

  it.runIf(process.platform === 'linux')('ends when one process is killed, and goes on with another number of them', async () => {
    const [launcher] = launchers as [(typeof launchers)[number]];
    const folder = newFolder();
    const { ended } = together(launcher, 2, folder);
    const victim = await processOf(`${launcher.rank}=1`, folder);
    while (!existsSync(join(folder, 'train', 'step_20'))) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(victim, 'SIGKILL');
    const killed = await ended;
    expect(killed.code, killed.output).not.toBe(0);
    const { code, output } = await alone(folder).ended;
    expect(code, output).toBe(0);
    expect(output).toMatch(/going on from .*step_/);
    expectSame(folder, expected);
  });

  it('says once what is wrong with the settings, and ends all processes', async () => {
    const [launcher] = launchers as [(typeof launchers)[number]];
    const args = words(newFolder()).map((word) => (word === '5' ? '0' : word));
    const { code, output } = await start(launcher.launcher, [...launcher.options, '-np', '2', process.execPath, ...args]).ended;
    expect(code).not.toBe(0);
    expect(output.match(/trainBatches\.batchSize/g)).toHaveLength(1);
    expect(output).toMatch(/process 0 of 2: /);
  });
});
