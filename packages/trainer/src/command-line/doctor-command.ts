import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type EngineInfo, type EngineName, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { createColors } from 'picocolors';
import { userCacheDir } from '../config/run-settings.ts';
import { type Environment, environment } from '../environment.ts';
import { formatTable } from '../formatting/format-table.ts';
import type { CommandContext } from './command-context.ts';

const oldestNode = 20;
const engineNames = ['native', 'webgpu', 'wasm', 'cpu'] as const satisfies readonly EngineName[];

interface EngineCheck {
  readonly name: EngineInfo['name'];
  readonly works: boolean;
  /** library and version, or why it does not start */
  readonly detail: string;
  /** how to get it; absent where it works */
  readonly remedy?: string;
}

/** What doctor finds. */
interface Diagnosis extends Pick<Environment, 'versions' | 'platform' | 'processor' | 'cores' | 'memoryGibibytes'> {
  readonly ok: boolean;
  readonly engines: readonly EngineCheck[];
  /** the one that `--engine auto` takes; absent where none works */
  readonly engine?: EngineInfo;
  readonly freeMemoryGibibytes: number;
  readonly freeDiskGibibytes: { readonly [folder: string]: number };
  /** a sentence for everything that is missing, and how to get it */
  readonly advice: readonly string[];
}

/**
 * Checks the machine and says what is missing and how to get it. Python is not needed for anything.
 *
 * @returns the exit code, 1 where nothing can be run
 */
export async function doctorCommand(context: CommandContext, { json }: { readonly json: boolean }): Promise<number> {
  const diagnosis = await diagnose(context);
  context.stdout.write(json ? `${JSON.stringify(diagnosis, null, 2)}\n` : diagnosisText(diagnosis, context.color));
  return diagnosis.ok ? 0 : 1;
}

async function diagnose({ selectEngine, packages = {} }: CommandContext): Promise<Diagnosis> {
  const engines: EngineCheck[] = [];
  for (const name of engineNames) engines.push(await checkEngine(name, selectEngine));
  const engine = await selectEngine('auto').catch(() => undefined);
  const none: EngineInfo = { name: 'cpu', library: 'none', reason: 'no engine starts' };
  const { versions, platform, processor, cores, memoryGibibytes } = environment(engine ?? none, { versions: packages });
  const freeDiskGibibytes: { [folder: string]: number } = {};
  for (const folder of [process.cwd(), userCacheDir()]) {
    const free = await freeDisk(folder);
    if (free !== undefined) freeDiskGibibytes[folder] = free;
  }
  const isOldNode = Number.parseInt(process.versions.node, 10) < oldestNode;
  const advice = [
    ...(isOldNode ? [`Node.js ${process.versions.node} is too old: install version ${oldestNode} or newer from https://nodejs.org.`] : []),
    ...engines.flatMap(({ name, works, detail, remedy }) =>
      works ? [] : [`engine ${name} does not start: ${detail}. ${remedy ?? ''}`.trim()],
    ),
    ...(memoryGibibytes < 2 ? [`${memoryGibibytes} GiB of memory is little: lower trainBatches.batchSize if a run is killed.`] : []),
    ...Object.entries(freeDiskGibibytes).flatMap(([folder, free]) =>
      free < 1 ? [`${folder} has ${free} GiB left: checkpoints may need more.`] : [],
    ),
  ];
  return {
    ok: engine !== undefined && !isOldNode,
    versions,
    platform,
    processor,
    cores,
    memoryGibibytes,
    freeMemoryGibibytes: gibibytes(freemem()),
    freeDiskGibibytes,
    engines,
    ...(engine && { engine }),
    advice,
  };
}

/** Starts an engine and lets it compute; what is installed need not work. */
async function checkEngine(name: EngineCheck['name'], selectEngine: CommandContext['selectEngine']): Promise<EngineCheck> {
  try {
    const { library } = await selectEngine(name);
    const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([3, 4], [2, 1])));
    const [value] = await product.data();
    product.dispose();
    if (value !== 11) return { name, works: false, detail: `it computes 1 * 3 + 2 * 4 = ${value}`, remedy: 'Install it again.' };
    return { name, works: true, detail: library };
  } catch (error) {
    if (error instanceof InputError) return { name, works: false, detail: error.found, remedy: error.remedy };
    return { name, works: false, detail: (error instanceof Error ? error.message : String(error)).split('\n')[0]! };
  }
}

/** GiB that are free where the folder is, or would be made */
async function freeDisk(folder: string): Promise<number | undefined> {
  for (let place = resolve(folder); ; place = dirname(place)) {
    const stats = await statfs(place).catch(() => undefined);
    if (stats) return gibibytes(stats.bavail * stats.bsize);
    if (place === dirname(place)) return undefined;
  }
}

const gibibytes = (bytes: number) => Math.round((bytes / 2 ** 30) * 10) / 10;

function diagnosisText(diagnosis: Diagnosis, color: boolean): string {
  const { bold, green, red, yellow } = createColors(color);
  const { versions, engines, engine, platform, processor, cores, memoryGibibytes, freeMemoryGibibytes, freeDiskGibibytes, advice, ok } =
    diagnosis;
  const machine: (string | number)[][] = [
    ['platform', platform],
    ['processor', processor],
    ['cores', cores],
    ['memory', `${memoryGibibytes} GiB, ${freeMemoryGibibytes} GiB free`],
    ...Object.entries(freeDiskGibibytes).map(([folder, free]) => [`disk for ${folder}`, `${free} GiB free`]),
  ];
  const engineRows = engines.map(({ name, works, detail }) => [
    name === engine?.name ? bold(`${name} (auto)`) : name,
    works ? green('works') : yellow('does not start'),
    works ? detail : '',
  ]);
  return [
    formatTable(['machine', ''], machine, { color }),
    formatTable(['engine', '', ''], engineRows, { color }),
    formatTable(
      ['package', 'version'],
      Object.entries(versions).map(([name, version]) => [name, version]),
      { color },
    ),
    ...(advice.length > 0 ? [advice.map((sentence) => `- ${sentence}`).join('\n')] : []),
    ok ? green('Everything that is needed is here. Python is not needed.') : red('Recipes cannot be run here yet; see above.'),
  ]
    .map((block) => `${block}\n`)
    .join('\n');
}
