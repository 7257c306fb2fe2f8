import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runRecipe } from '../../packages/trainer/dist/index.js';
import recipe from '../../recipes/superb-asv/dist/recipe.js';
import { shareJson } from '../inputs.mjs';
import { cpuSeconds } from '../machine.mjs';

// the steps before those timed warm caches and compilers
const [warmSteps, timedSteps] = [2, 5];
const totalSteps = warmSteps + timedSteps;

/** The whole training loop of speaker verification on the spoken digits: reading, features, update, logging. */
export default async function prepare({ folder, fsdd, engine }) {
  if (!fsdd) return { skipped: 'name the folder of the spoken digits with --fsdd' };
  const tables = { train: join(fsdd, 'asv-closed.train.csv'), trials: join(fsdd, 'asv-closed.trials.csv') };
  for (const table of Object.values(tables)) if (!existsSync(table)) return { skipped: `there is no ${table}` };
  await shareJson(folder, 'sizes.json', { train: tables.train, warmSteps, timedSteps });
  const targetDir = join(folder, 'run');
  const settings = {
    targetDir,
    stop: 2,
    workers: 0,
    corpus: { train: tables.train, tests: [tables.trials] },
    upstream: { name: 'fbank' },
    task: { margin: 0.4, scale: 30 },
    trainData: { minSeconds: null, maxSeconds: 1, gainDecibels: 0, trimSilence: false },
    optimizer: { learningRate: 5e-4 },
    training: { totalSteps, logStep: totalSteps, saveStep: totalSteps, gradientAccumulate: 1, evalStep: null },
  };
  return {
    work: 'a step of training on the spoken digits: x-vector on fbank, batches of 10 crops of 1 s, AdamW',
    target: 1,
    async run() {
      await rm(targetDir, { recursive: true, force: true });
      let [begin, end] = [];
      const clock = {
        progress({ label, done }) {
          if (label !== 'train') return;
          const now = { cpu: cpuSeconds(), wall: performance.now() / 1000 };
          if (done === warmSteps) begin = now;
          if (done === totalSteps) end = now;
        },
      };
      await runRecipe(recipe, settings, { engine, observers: [clock] });
      return { cpu: (end.cpu - begin.cpu) / timedSteps, wall: (end.wall - begin.wall) / timedSteps };
    },
  };
}
