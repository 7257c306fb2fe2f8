import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { InputError } from '@s3/interface';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { audioDataset } from './datasets/audio-dataset.ts';
import { workerPool } from './datasets/worker-pool.ts';
import { hashSignal } from './fixtures/hash-signal.ts';
import { writeWave } from './fixtures/wave-file.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
// Inside the package, so that the built files find its dependencies.
const cache = join(source, '../node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'worker-'));
const workerFile = pathToFileURL(join(folder, 'worker.js'));

beforeAll(async () => {
  await build({
    entryPoints: [join(source, 'worker.ts'), join(source, 'index.ts')],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@s3/source'],
    external: ['@audio/*', 'audio-decode', 'piscina', 'zod', 'csv-*', 'leven', '@tensorflow/*'],
  });
});

const utterances = Array.from({ length: 70 }, (_, index) => {
  const path = join(folder, `${index}.wav`);
  writeWave(path, hashSignal(800 + 100 * index, index), { sampleRate: index % 3 === 0 ? 8000 : 16_000 });
  return { id: `u${index}`, path };
});

describe('reading threads', () => {
  it('read what this thread reads, in the same order and with the same crops', async () => {
    const config = { minSeconds: 0.06, maxSeconds: 0.1, gainDecibels: -3 };
    const threaded = await audioDataset({ utterances, workers: 2, workerFile }, config, { seed: 3 });
    const here = await audioDataset({ utterances, workers: 0 }, config, { seed: 3 });
    expect(threaded.lengths).toEqual(here.lengths);
    expect(threaded.dropped).toBe(here.dropped);
    const order = [5, 3, 60, 1, 8];
    const [one, two, three] = await Promise.all([threaded.load(order, 0), threaded.load(order, 1), threaded.load([7], 1)]);
    expect(one).toEqual(await here.load(order, 0));
    expect(two).toEqual(await here.load(order, 1));
    expect(three).toEqual(await here.load([7], 1));
  });

  it('really are other threads', async () => {
    const file = join(folder, 'which.js');
    writeFileSync(file, `import { threadId } from 'node:worker_threads';\nexport default () => [{ length: threadId }];\n`);
    const [outcome] = await workerPool(1, pathToFileURL(file))({ want: 'lengths', requests: [] });
    expect((outcome as { length: number }).length).toBeGreaterThan(0);
  });

  it('report bad files as this thread does', async () => {
    const bad = [...utterances.slice(0, 3), { id: 'absent', path: join(folder, 'absent.wav'), where: 'test.csv, row 9' }];
    const there: InputError = await audioDataset({ utterances: bad, workers: 2, workerFile }).catch((reason) => reason);
    const here: InputError = await audioDataset({ utterances: bad }).catch((reason) => reason);
    expect(there).toBeInstanceOf(InputError);
    expect(there.message).toBe(here.message);
    expect(there.message).toContain('test.csv, row 9');
  });

  it.each([
    ['exits', 'process.exit(3)'],
    ['throws', "throw new Error('out of luck')"],
    ['dies', "setTimeout(() => { throw new Error('dead') }, 1); await new Promise(() => {})"],
  ])('name their files when one %s', async (what, code) => {
    const file = join(folder, `${what}.js`);
    writeFileSync(file, `export default async () => { ${code} };\n`);
    const error: InputError = await audioDataset({
      utterances: utterances.slice(0, 12),
      workers: 1,
      workerFile: pathToFileURL(file),
    }).catch((reason) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(error.where).toContain(utterances[0]!.path);
    expect(error.where).toContain('and 2 more');
    expect(error.message).toContain('a reading thread that ended');
  });

  it('are found beside the built package and let a program end', async () => {
    const program = join(folder, 'program.js');
    writeFileSync(
      program,
      `import { audioDataset } from './index.js';
       const dataset = await audioDataset({ utterances: ${JSON.stringify(utterances.slice(0, 5))}, workers: 2 });
       const items = await dataset.load([4, 0], 0);
       console.log(JSON.stringify(items.map((item) => item.waveform.length)), dataset.workers);`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
    expect(stdout.trim()).toBe('[1200,1600] 2');
  });
});
