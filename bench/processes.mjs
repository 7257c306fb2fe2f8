// How much faster several processes are than one, each on one thread: training SUPERB's x-vector, and embedding utterances with it.
//   node bench/processes.mjs [--processes 2] [--rounds 3] [--steps 20] [--crops 32] [--cropSeconds 2] [--accumulate 1] [--engine native] [--launcher "mpirun -np"]
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { selectEngine } from '../packages/engine/dist/index.js';
import { randomStream } from '../packages/interface/dist/index.js';
import { connectMpi, launchOf } from '../packages/mpi/dist/index.js';
import { extractEmbeddings } from '../packages/task-asv/dist/index.js';
import { loadTask, oneProcess, runRecipe } from '../packages/trainer/dist/index.js';
import { evaluationBatches } from '../recipes/espnet-spk/dist/recipe.js';
import recipe from '../recipes/superb-asv/dist/recipe.js';
import { uniformFloats, writeWav } from './inputs.mjs';
import { cpuSeconds, machine, otherLoad } from './machine.mjs';

const { values: options } = parseArgs({
  options: {
    processes: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '20' },
    crops: { type: 'string', default: '32' },
    cropSeconds: { type: 'string', default: '2' },
    accumulate: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'native' },
    launcher: { type: 'string', default: 'mpirun -np' },
    // where a process that was started by this program finds its input
    work: { type: 'string' },
  },
});
const sampleRate = 16_000;
const [utteranceCount, speakerCount] = [200, 50];
const [batchSize, maxSeconds, gradientAccumulate] = [options.crops, options.cropSeconds, options.accumulate].map(Number);
// the steps before those timed warm caches and compilers
const warmSteps = 3;
const steps = Number(options.steps);
const totalSteps = warmSteps + steps;
const now = () => ({ wall: performance.now() / 1000, cpu: cpuSeconds() });
const least = (values) => Math.min(...values);
const middle = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

if (options.work) await work(options.work);
else await compare();

async function compare() {
  const folder = await mkdtemp(join(tmpdir(), 's3-processes-'));
  const counts = [1, Number(options.processes)];
  const rounds = [];
  try {
    await writeCorpus(folder);
    for (let round = 0; round < Number(options.rounds); round++) {
      const load = otherLoad();
      const both = [];
      for (const count of counts) both.push(await start(count, folder));
      rounds.push({ both, busy: load(both.flat().reduce((sum, { cpu }) => sum + cpu, 0)) });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(machine());
  for (const [name, unit] of [
    ['training', `a step of ${gradientAccumulate} x ${batchSize} crops of ${maxSeconds} s`],
    ['embedding', `an utterance of ${maxSeconds} to ${maxSeconds + 2} s`],
  ]) {
    console.log(`\n${name}: ${unit}`);
    for (const { both, busy } of rounds) {
      const told = both.map((ranks) => {
        const parts = ranks.map(({ [name]: one }) => one);
        const communication =
          ranks.length > 1 && name === 'training' ? `, of it ${seconds(least(parts.map(({ sum }) => sum)))} in the sum at least` : '';
        return `${ranks.length} of ${seconds(parts[0].wall)} (CPU of each ${parts.map(({ cpu }) => seconds(cpu)).join(', ')}${communication})`;
      });
      const [one, several] = both.map(([{ [name]: first }]) => first);
      console.log(`  ${(one.wall / several.wall).toFixed(2)} times the rate; ${told.join('; ')}; others kept ${busy} cores busy`);
    }
    const gains = rounds.map(({ both: [[{ [name]: one }], [{ [name]: several }]] }) => one.wall / several.wall);
    const cpuGains = rounds.map(({ both: [[{ [name]: one }], ranks] }) => one.cpu / Math.max(...ranks.map(({ [name]: rank }) => rank.cpu)));
    console.log(
      `  middle of the rounds: ${middle(gains).toFixed(2)} times the rate; by CPU time, what the slowest process takes: ${middle(cpuGains).toFixed(2)} times`,
    );
  }
}

function seconds(value) {
  return `${(value * 1000).toFixed(value < 0.1 ? 1 : 0)} ms`;
}

/** What each rank found. */
async function start(count, folder) {
  const words = [fileURLToPath(import.meta.url), '--work', folder, '--engine', options.engine, '--steps', options.steps];
  words.push('--crops', options.crops, '--cropSeconds', options.cropSeconds, '--accumulate', options.accumulate);
  const [command, ...launch] = count === 1 ? [process.execPath] : [...options.launcher.split(' '), String(count), process.execPath];
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', OMP_NUM_THREADS: '1' };
  await promisify(execFile)(command, [...launch, ...words], { env, maxBuffer: 1e8 });
  return Promise.all(
    Array.from({ length: count }, async (_, rank) => JSON.parse(await readFile(join(folder, `rank-${rank}.json`), 'utf8'))),
  );
}

/** Noise, so that nothing has to be downloaded. */
async function writeCorpus(folder) {
  await mkdir(join(folder, 'wav'));
  const random = randomStream('bench', 'lengths');
  const rows = [];
  for (let utterance = 0; utterance < utteranceCount; utterance++) {
    const path = join(folder, 'wav', `${utterance}.wav`);
    await writeWav(
      path,
      uniformFloats(Math.round(sampleRate * (maxSeconds + 2 * random.uniform())), 0.5, 'processes', utterance),
      sampleRate,
    );
    rows.push({ id: String(utterance), path, speaker: `speaker${utterance % speakerCount}` });
  }
  const lines = (head, texts) => `${[head, ...texts].join('\n')}\n`;
  const row = ({ id, path, speaker }) => `${id},${path},${speaker}`;
  await writeFile(join(folder, 'train.csv'), lines('id,wav_path,spk', rows.map(row)));
  const trial = (one, other) => `${one.id},${other.id},${one.path},${other.path},${one.speaker === other.speaker ? 1 : 0}`;
  const trials = [trial(rows[0], rows[1]), trial(rows[0], rows[speakerCount])];
  await writeFile(join(folder, 'trials.csv'), lines('id1,id2,wav_path1,wav_path2,label', trials));
  await writeFile(join(folder, 'utterances.json'), JSON.stringify(rows.map(({ id, path }) => ({ id, path }))));
}

async function work(folder) {
  const communicator = launchOf() ? await connectMpi() : oneProcess;
  const engine = await selectEngine(options.engine);
  const training = await train(folder, communicator, engine);
  // the checkpoint that is loaded next is written by the first
  await communicator.broadcast(new Uint8Array());
  const embedding = await embed(folder, communicator);
  await writeFile(join(folder, `rank-${communicator.rank}.json`), JSON.stringify({ training, embedding, cpu: cpuSeconds() }));
  await communicator.close();
}

/** Seconds of a step, and of them in the sum of gradients. */
async function train(folder, communicator, engine) {
  const stepped = [];
  const sums = [];
  const watched = {
    ...communicator,
    async sum(values) {
      const begin = now();
      await communicator.sum(values);
      // others are of a few numbers
      if (values.length > 1000) sums.push({ begin, end: now() });
    },
  };
  const clock = {
    progress({ label, done }) {
      if (label === 'train') stepped[done] = now();
    },
  };
  const config = {
    targetDir: join(folder, 'run'),
    stop: 2,
    workers: 0,
    corpus: { train: join(folder, 'train.csv'), tests: [join(folder, 'trials.csv')] },
    upstream: { name: 'fbank' },
    trainData: { minSeconds: null, maxSeconds, gainDecibels: 0, trimSilence: false },
    trainBatches: { batchSize },
    training: { totalSteps, logStep: totalSteps, saveStep: totalSteps, gradientAccumulate },
  };
  if (communicator.rank === 0) await rm(config.targetDir, { recursive: true, force: true });
  await runRecipe(recipe, config, { engine, observers: [clock], communicator: watched });
  // ranks other than the first are not observed
  const ends = communicator.size === 1 ? stepped.slice(warmSteps) : sums.slice(warmSteps - 1).map(({ end }) => end);
  const between = (what) => ends.slice(1).map((end, index) => end[what] - ends[index][what]);
  return {
    wall: (ends.at(-1).wall - ends[0].wall) / steps,
    cpu: middle(between('cpu')),
    ...(sums.length > 0 && { sum: least(sums.slice(warmSteps).map(({ begin, end }) => end.wall - begin.wall)) }),
  };
}

/** Seconds for an utterance, of all of them together. */
async function embed(folder, communicator) {
  const { rank, size } = communicator;
  const task = await loadTask(recipe, join(folder, 'run', 'train', `step_${totalSteps}`));
  const utterances = JSON.parse(await readFile(join(folder, 'utterances.json'), 'utf8'));
  const own = utterances.filter((_, index) => index % size === rank);
  const extract = async (some) => {
    const context = { seed: 0, workers: 0, minSamples: task.model.minSamples };
    const { batches } = await evaluationBatches(some, { segments: null, segmentSeconds: 3, batchSize: 8 }, context);
    for await (const _ of extractEmbeddings(task.model, batches));
  };
  await extract(own.slice(0, 16));
  await communicator.broadcast(new Uint8Array());
  const begin = now();
  await extract(own);
  const cpu = cpuSeconds() - begin.cpu;
  await communicator.gather(new Uint8Array());
  await communicator.broadcast(new Uint8Array());
  return { wall: (now().wall - begin.wall) / utterances.length, cpu: cpu / utterances.length };
}
