import { type Checkpointable, InputError, type Json } from '@s3/interface';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { CollectedColumns } from '../evaluation/collected-columns.ts';
import { columnsToJson } from './column-json.ts';

const values = z.record(z.string(), z.unknown());

/** Content of a checkpoint's `state.json`: everything but tensors, settings and encoders. */
const stateSchema = z.object({
  format: z.literal(1),
  recipe: z.string(),
  /** of `@s3/trainer` */
  version: z.string(),
  engine: z.object({ name: z.string(), library: z.string() }),
  /** steps done */
  step: z.int().min(0),
  /** place in the data: epoch from 0, and how many of its batches are done */
  epoch: z.int().min(0),
  batchInEpoch: z.int().min(0),
  seed: z.int(),
  /** steps left out since their gradient norm was not finite */
  skippedSteps: z.int().min(0),
  /** last step evaluated on the validation set; 0 before the first */
  evaluatedStep: z.int().min(0),
  best: z
    .object({
      metric: z.string(),
      value: z.number().nullable(),
      step: z.int(),
      /** the steps whose weights were averaged, where they were */
      averaged: z.array(z.int()).optional(),
    })
    .nullable(),
  /** evaluations since the best; of runs before this was counted, nothing */
  evaluationsSinceBest: z.int().min(0).optional(),
  /** false for one saved only because the run was interrupted */
  scheduled: z.boolean(),
  /** spent on training so far */
  seconds: z.number(),
  /** seconds that steps took, and those of them that went into waiting for batches; of runs before this was counted, nothing */
  time: z.object({ steps: z.number(), reading: z.number(), preparing: z.number() }).optional(),
  /** the training table */
  corpus: z.object({ rows: z.int(), sha256: z.string() }),
  /** fingerprint of the frozen upstream, whose weights are not here; of runs before this was kept, nothing */
  upstream: z.string().optional(),
  /** what the parts keep beside tensors */
  values: z.object({ model: values, task: values, optimizer: values, schedule: values }),
});

/** Content of `state.json`: where training was, and what made the checkpoint. */
export type CheckpointState = z.output<typeof stateSchema>;

/** A checkpoint found intact. */
export interface Checkpoint {
  readonly directory: string;
  readonly state: CheckpointState;
  /** settings of the run that made it */
  readonly config: { readonly [section: string]: unknown };
  readonly encoders: { readonly [name: string]: Json };
  /** what had been collected since the last log entry */
  readonly sinceLog: () => Promise<CollectedColumns>;
  /** checksums of its files by name */
  readonly files: { readonly [file: string]: string };
  /** @throws StateError when the part was built otherwise */
  readonly load: (part: CheckpointPart, into: Checkpointable) => Promise<void>;
}

export interface CheckpointContent {
  readonly model: Checkpointable;
  readonly task: Checkpointable;
  readonly optimizer: Checkpointable;
  readonly schedule: Checkpointable;
  readonly state: Omit<CheckpointState, 'format' | 'values'>;
  readonly config: { readonly [section: string]: unknown };
  readonly encoders: { readonly [name: string]: Json };
  /** collected since the last log entry */
  readonly sinceLog: CollectedColumns;
  /** further files by name */
  readonly files?: { readonly [file: string]: string | Uint8Array };
}

/** The parts whose tensors have a file of their own, `model.safetensors`. */
export const checkpointParts = ['model', 'task', 'optimizer'] as const;
export type CheckpointPart = (typeof checkpointParts)[number];

/** The files of a checkpoint that hold no tensors, all but `state.json`. */
export function checkpointTexts(content: CheckpointContent): { readonly [file: string]: string | Uint8Array } {
  return {
    ...content.files,
    'config.yaml': stringify(content.config),
    'encoders.json': `${JSON.stringify(content.encoders)}\n`,
    // columns that are no JSON begin anew after a resume
    'since-log.json': `${JSON.stringify(columnsToJson(content.sinceLog) ?? {})}\n`,
  };
}

/**
 * `state.json`, which vouches for all other files of a checkpoint and for itself.
 *
 * @param files checksums of the others by name
 */
export function stateText(
  content: CheckpointContent,
  files: { readonly [file: string]: string },
  checksum: (text: string) => string,
): string {
  const state: CheckpointState = {
    format: 1,
    ...content.state,
    values: {
      model: content.model.state().values as never,
      task: content.task.state().values as never,
      optimizer: content.optimizer.state().values as never,
      schedule: content.schedule.state().values as never,
    },
  };
  const body = JSON.stringify({ ...state, files });
  return `${JSON.stringify({ ...JSON.parse(body), sha256: checksum(body) }, null, 1)}\n`;
}

/**
 * What `stateText` wrote.
 *
 * @param path the file, for messages
 * @throws InputError for a file that is damaged or of a newer format
 */
export function parseState(
  text: string,
  path: string,
  checksum: (text: string) => string,
): { readonly state: CheckpointState; readonly files: { readonly [file: string]: string } } {
  let raw: { readonly [key: string]: unknown };
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, 'no JSON', 'the state of a checkpoint', cause);
  }
  const { sha256, ...body } = raw;
  if (sha256 !== checksum(JSON.stringify(body))) throw damaged(path, 'another content than was written', 'its checksum');
  const state = stateSchema.safeParse(body);
  const files = z.record(z.string(), z.string()).safeParse(body['files']);
  if (!state.success || !files.success) {
    throw new InputError(
      path,
      `format ${JSON.stringify(body['format'])}, made by version ${JSON.stringify(body['version'])}`,
      'format 1',
      'Use the version of @s3/trainer that made it.',
    );
  }
  return { state: state.data, files: files.data };
}

/** The error for a file of a checkpoint that is not what was written. */
export function damaged(path: string, found: string, expected: string, cause?: unknown): InputError {
  return new InputError(path, found, expected, 'The checkpoint is damaged; use another one.', { cause });
}
