import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, normalize, relative, sep } from 'node:path';
import type { Figure, Log } from '@s3/interface';
import { parse } from 'yaml';
import { z } from 'zod';
import { readLog } from '../observers/json-lines-observer.ts';
import type { LogEntry } from '../observers/observer.ts';
import type { StepTime } from '../training/step-time.ts';
import { parseFigure } from './figure-schema.ts';

/** What `metrics.json` says of a run; a run that has not come to its end has less. */
export interface RunMetrics {
  readonly recipe?: string | undefined;
  readonly version?: string | undefined;
  readonly engine?: string | undefined;
  readonly seconds?: number | undefined;
  readonly steps?: number | undefined;
  readonly stepSeconds?: StepTime | undefined;
  /** test set to its metrics at the checkpoint that counts */
  readonly tests?: { readonly [testSet: string]: Log } | undefined;
  /** test set to the folder of the checkpoint that counts, such as `step_200` */
  readonly checkpoints?: { readonly [testSet: string]: string } | undefined;
  /** the metric that says which checkpoint counts */
  readonly metric?: string | undefined;
  /** metric to its value for a model that guesses */
  readonly chance?: Log | undefined;
}

/** One checkpoint judged on one test set. */
export interface CheckpointResult {
  readonly testSet: string;
  readonly step: number;
  readonly log: Log;
}

/** What a run left behind, as far as it is there and can be read. */
export interface RunFiles {
  readonly metrics: RunMetrics | undefined;
  readonly log: readonly LogEntry[];
  readonly layerWeights: { readonly names: readonly string[]; readonly weights: readonly number[] } | undefined;
  /** test set to the figures of the checkpoint that counts */
  readonly figures: readonly { readonly testSet: string; readonly checkpoint: string; readonly figures: readonly Figure[] }[];
  readonly results: readonly CheckpointResult[];
  readonly config: { readonly name: string; readonly yaml: string } | undefined;
  readonly environment: { readonly [key: string]: unknown } | undefined;
  /** a sentence for each file that is there and cannot be used */
  readonly problems: readonly string[];
}

/** numbers alone: whatever else stands beside them is not a metric */
const log = z.record(z.string(), z.unknown()).transform((entries) => {
  const numbers = Object.entries(entries).map(([name, value]) => [name, value === null ? Number.NaN : value] as const);
  return Object.fromEntries(numbers.filter((entry): entry is readonly [string, number] => typeof entry[1] === 'number'));
});

const metricsSchema = z.object({
  recipe: z.string().optional().catch(undefined),
  version: z.string().optional().catch(undefined),
  engine: z.string().optional().catch(undefined),
  seconds: z.number().optional().catch(undefined),
  steps: z.number().optional().catch(undefined),
  stepSeconds: z.object({ steps: z.number(), reading: z.number(), preparing: z.number() }).optional().catch(undefined),
  tests: z.record(z.string(), log).optional().catch(undefined),
  checkpoints: z.record(z.string(), z.string()).optional().catch(undefined),
  metric: z.string().optional().catch(undefined),
  chance: log.optional().catch(undefined),
});

/** what the evaluation says of its own folders */
const indexSchema = z.object({
  metric: z.string().optional(),
  tests: z.record(z.string(), z.array(z.object({ checkpoint: z.string(), step: z.number(), folder: z.string() }))),
});

const layerWeightsSchema = z
  .object({ names: z.array(z.string()).optional(), weights: z.array(z.number()) })
  .transform(({ names, weights }) => ({ weights, names: weights.map((_, index) => names?.[index] ?? String(index)) }));

/** Reads what a run left in its target directory; what is missing or broken is left out, the latter with a sentence. */
export async function readRunFiles(targetDir: string): Promise<RunFiles> {
  const problems: string[] = [];

  async function read<Output>(path: string, schema: z.ZodType<Output>): Promise<Output | undefined> {
    const content = await contentOf(join(targetDir, path));
    if (content === undefined) return undefined;
    try {
      // JSON is YAML too; the one reader takes both
      return schema.parse(path.endsWith('.json') ? JSON.parse(content) : parse(content));
    } catch {
      problems.push(`${path} is there, but cannot be read, and is left out.`);
      return undefined;
    }
  }

  const metrics = await read('metrics.json', metricsSchema);
  const index = await read(join('evaluate', 'index.json'), indexSchema);
  const places = new Map(
    Object.entries(index?.tests ?? {}).flatMap(([testSet, judged]) =>
      judged.map(({ folder, ...rest }) => [normalize(folder), { testSet, ...rest }] as const),
    ),
  );
  const found: { testSet: string; checkpoint: string; figures: readonly Figure[] }[] = [];
  const results: CheckpointResult[] = [];
  for (const path of await filesBelow(targetDir, 'evaluate')) {
    const place = index ? places.get(dirname(path)) : placeOf(path, Object.keys(metrics?.tests ?? {}));
    // of a test set, or of checkpoints, that the last evaluation did not have
    if (!place) continue;
    if (/^result\.(json|ya?ml)$/.test(basename(path)) && place.step !== undefined) {
      const result = await read(path, log);
      if (result) results.push({ testSet: place.testSet, step: place.step, log: result });
    }
    if (basename(path) === 'figures.json') {
      const counted = metrics?.checkpoints?.[place.testSet];
      if (counted !== undefined && basename(counted) !== place.checkpoint) continue;
      const entries = await read(path, z.array(z.unknown()));
      const figures = (entries ?? []).flatMap((entry) => parseFigure(entry) ?? []);
      if (entries && figures.length < entries.length) problems.push(`${path} has figures of an unknown form, which are left out.`);
      if (figures.length > 0) found.push({ ...place, figures });
    }
  }
  const entries = await readLog(join(targetDir, 'train', 'log.jsonl')).catch(() => {
    problems.push('train/log.jsonl is there, but cannot be read, and is left out.');
    return [];
  });
  // what was chosen on the validation set without any training, such as a layer, is shown as it was chosen
  if (entries.some(({ split, step }) => split === 'valid' && step === 0)) {
    const drawn = await read(join('train', 'valid_best', 'valid-figures.json'), z.array(z.unknown()));
    const figures = (drawn ?? []).flatMap((entry) => parseFigure(entry) ?? []);
    if (figures.length > 0) found.unshift({ testSet: 'validation', checkpoint: 'valid_best', figures });
  }
  return {
    metrics: metrics && { ...metrics, metric: metrics.metric ?? index?.metric },
    log: entries,
    layerWeights: await read(join('train', 'layer-weights.json'), layerWeightsSchema),
    figures: newestOfEach(found),
    results: results.sort((first, second) => first.step - second.step),
    config: await newestConfig(targetDir),
    environment: await read('environment.json', z.record(z.string(), z.unknown())),
    problems,
  };
}

interface Place {
  readonly testSet: string;
  readonly checkpoint: string;
  readonly step?: number;
}

/** Which test set and checkpoint a folder below `evaluate` is of, where no index says so; S3PRL nests them either way round. */
function placeOf(path: string, testSets: readonly string[]): Place {
  const folders = dirname(path).split(sep).slice(1);
  const checkpoint = folders.find((folder) => /(^|-)(step_\d+|valid_best)$/.test(folder)) ?? folders.at(-1) ?? '';
  const others = folders.filter((folder) => folder !== checkpoint);
  const testSet = others.find((folder) => testSets.includes(folder)) ?? others[0] ?? '';
  const step = /(?:^|-)step_(\d+)$/.exec(checkpoint)?.[1];
  return { testSet, checkpoint, ...(step === undefined ? {} : { step: Number(step) }) };
}

/** Where nothing says which checkpoint counts, the last one stands for its test set. */
function newestOfEach<Found extends { readonly testSet: string; readonly checkpoint: string }>(found: readonly Found[]): Found[] {
  const sorted = [...found].sort((first, second) => first.checkpoint.localeCompare(second.checkpoint, 'en', { numeric: true }));
  return [...new Map(sorted.map((entry) => [entry.testSet, entry])).values()].sort((first, second) =>
    first.testSet.localeCompare(second.testSet, 'en'),
  );
}

async function newestConfig(targetDir: string): Promise<RunFiles['config']> {
  const names = (await filesBelow(targetDir, 'configs')).filter((path) => /\.ya?ml$/.test(path));
  const newest = names.sort().at(-1);
  const yaml = newest === undefined ? undefined : await contentOf(join(targetDir, newest));
  return newest === undefined || yaml === undefined ? undefined : { name: basename(newest).replace(/\.ya?ml$/, ''), yaml };
}

/** paths from the target directory, none where there is no such folder */
async function filesBelow(targetDir: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(join(targetDir, folder), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(targetDir, join(entry.parentPath ?? entry.path, entry.name)));
  } catch {
    return [];
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
