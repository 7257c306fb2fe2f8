import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '@s3/interface';
import { describe, expect, test } from 'vitest';

// The built command in processes of its own: only they can be killed. S3_KILLS=20 kills more often.
const commandOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const kills = Number(process.env['S3_KILLS'] ?? 4);
const short = {
  'trainBatches.batchSize': 4,
  'training.totalSteps': 30,
  'training.logStep': 10,
  // every step is saved, so that kills often come while one is
  'training.saveStep': 1,
  'training.keepCheckpoints': 2,
  workers: 1,
  engine: 'wasm',
};
interface Quickstart {
  readonly name: string;
  readonly command: string;
  readonly settings: { readonly [setting: string]: string | number };
}
const quickstarts: readonly Quickstart[] = [
  {
    name: 'quickstart',
    command: commandOf('./bin/quickstart.js'),
    settings: {
      ...short,
      'downstream.hiddenSize': 16,
      'downstream.tdnnSize': 16,
      'downstream.aggregationSize': 24,
      'downstream.outputSize': 16,
      'downstream.dropout': 0.1,
    },
  },
  {
    name: 'quickstart-asr',
    command: commandOf('../quickstart-asr/bin/quickstart-asr.js'),
    settings: {
      ...short,
      'downstream.projectionSize': 8,
      'downstream.hiddenSizes': '[8, 8]',
      'training.totalSteps': 12,
      'training.logStep': 4,
      'testBatches.batchSize': 16,
    },
  },
];

interface Ended {
  readonly code: number | null;
  readonly milliseconds: number;
  readonly output: string;
}

function run(
  { command, settings }: Quickstart,
  targetDir: string,
  { killAfter, signal = 'SIGKILL' }: { killAfter?: number; signal?: NodeJS.Signals } = {},
): Promise<Ended> {
  const words = Object.entries({ ...settings, targetDir }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const began = performance.now();
  const child = spawn(process.execPath, [command, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill(signal), killAfter);
  return new Promise((ended) =>
    child.on('close', (code) => {
      clearTimeout(timer);
      ended({ code, milliseconds: performance.now() - began, output });
    }),
  );
}

const newFolder = () => mkdtempSync(join(tmpdir(), 's3-resume-'));
const checksum = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What has to be the same in the end. */
function outcome({ settings }: Quickstart, targetDir: string) {
  const checkpoint = join(targetDir, 'train', `step_${settings['training.totalSteps']}`);
  const weights = readdirSync(checkpoint).filter((name) => name.endsWith('.safetensors'));
  expect(weights).toContain('model.safetensors');
  const { tests } = JSON.parse(readFileSync(join(targetDir, 'metrics.json'), 'utf8'));
  const log = readFileSync(join(targetDir, 'train', 'log.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return {
    weights: Object.fromEntries(weights.map((name) => [name, checksum(join(checkpoint, name))])),
    tests,
    log: log.map((line) => ({ ...JSON.parse(line), time: undefined })).filter(({ split }) => split === 'train'),
  };
}

describe.each(quickstarts)('a run of $name', { timeout: 600_000 }, (quickstart) => {
  test(`killed ${kills} times at random moments ends as an undisturbed one: same weights to the bit, same metrics, same log`, async () => {
    const undisturbed = newFolder();
    const whole = await run(quickstart, undisturbed);
    expect(whole.code, whole.output).toBe(0);

    const random = randomStream('kills', Date.now());
    let killed = 0;
    while (killed < kills) {
      const disturbed = newFolder();
      let ended: Ended | undefined;
      while (killed < kills && ended?.code !== 0) {
        // starting takes a good part of so short a run
        ended = await run(quickstart, disturbed, { killAfter: (0.3 + 0.6 * random.uniform()) * whole.milliseconds });
        if (ended.code === 0) break; // it got to its end first: once more from the beginning
        expect(ended.code, ended.output).toBeNull();
        killed++;
      }
      if (ended?.code !== 0) ended = await run(quickstart, disturbed);
      expect(ended.code, ended.output).toBe(0);
      expect(outcome(quickstart, disturbed)).toEqual(outcome(quickstart, undisturbed));
      const remains = readdirSync(disturbed, { recursive: true }).filter((name) => /\.tmp|\.lock/.test(String(name)));
      expect(remains, 'half-written files').toEqual([]);
    }
  });

  test('asked to stop by SIGTERM saves first, and goes on from there', async () => {
    const target = newFolder();
    const whole = await run(quickstart, newFolder());
    const stopped = await run(quickstart, target, { killAfter: 0.6 * whole.milliseconds, signal: 'SIGTERM' });
    if (stopped.code === 0) return; // too quick to be stopped
    expect(stopped.code, stopped.output).toBe(143);
    const resumed = await run(quickstart, target);
    expect(resumed.code, resumed.output).toBe(0);
  });
});
