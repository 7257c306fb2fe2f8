import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AnyRecipe, EngineName } from '@s3/interface';
import { z } from 'zod';
import { availableCores } from '../available-cores.ts';

const lastStage = 4;
const engines = ['auto', 'native', 'webgpu', 'wasm', 'cpu'] as const satisfies readonly EngineName[];

/** Settings of every run, whatever its recipe; they stand at the top level, beside the recipe's sections. */
export const runSettings = {
  targetDir: z.string().min(1).describe('folder for everything the run makes; a second run there goes on where the first one stopped'),
  cacheDir: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('folder shared between runs, may be deleted at any time; null: s3 in $XDG_CACHE_HOME or ~/.cache'),
  start: z
    .int()
    .min(0)
    .max(lastStage)
    .default(0)
    .describe('first stage to do: 0 reads the corpus, 1 makes encoders, 2 trains, 3 tests, 4 reports'),
  stop: z.int().min(0).max(lastStage).nullable().default(null).describe('last stage to do; null: 4'),
  engine: z.enum(engines).default('auto').describe('what computes; auto takes the fastest that works'),
  workers: z
    .int()
    .min(0)
    .default(() => Math.max(0, availableCores() - 1))
    .describe('threads that read and decode audio, one less than the cores unless given; 0 reads in the main thread'),
  evalBatches: z
    .union([z.literal(-1), z.int().min(1)])
    .default(-1)
    .describe('batches to evaluate of each validation and test set, for a quick try; -1: all'),
};

export type RunSettings = z.output<z.ZodObject<typeof runSettings>>;

/** Every setting of a run of this recipe: its own sections after those of any run. */
export function fullSchema(recipe: AnyRecipe): z.ZodObject {
  return z
    .strictObject({ ...runSettings, ...recipe.config.shape })
    .refine(({ start, stop }) => typeof stop !== 'number' || typeof start !== 'number' || start <= stop, {
      path: ['stop'],
      message: 'the last stage to do comes before the first one (start)',
    });
}

/** The folder that `cacheDir: null` stands for. */
export function userCacheDir(): string {
  // an empty variable counts as unset, as the XDG specification has it
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 's3');
}
