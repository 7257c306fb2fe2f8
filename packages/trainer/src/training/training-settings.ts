import { z } from 'zod';

const steps = z.int().min(1);

/** Settings of the training loop; one step is one update of the weights. */
export const trainingSettings = z.strictObject({
  totalSteps: steps.default(10_000).describe('steps to train'),
  logStep: steps.default(100).describe('steps between two entries of the training log'),
  evalStep: steps.nullable().default(null).describe('steps between two evaluations on the validation set; null: never'),
  evalEachEpoch: z.boolean().default(false).describe('also evaluate at the end of each epoch, where there is a validation set'),
  stopAfter: steps
    .nullable()
    .default(null)
    .describe('evaluations in a row without a better one after which training stops before totalSteps; null: never'),
  averageBest: steps
    .default(1)
    .describe(
      'average the weights of this many checkpoints, the best on the validation set, after training; the average counts if it is better than each; 1: none',
    ),
  saveStep: steps.default(1000).describe('steps between two checkpoints; the last step is always saved'),
  gradientClipping: z.number().positive().nullable().default(1).describe('largest norm of all gradients together; null: no limit'),
  gradientAccumulate: steps.default(1).describe('batches whose gradients are averaged for one step'),
  validMetric: z
    .string()
    .nullable()
    .default(null)
    .describe("metric that decides which checkpoint is the best on the validation set; null: the problem's own"),
  validOrder: z
    .enum(['min', 'max'])
    .nullable()
    .default(null)
    .describe("whether the smallest or the largest validMetric is the best; null: the problem's own order"),
  autoResume: z
    .boolean()
    .default(true)
    .describe('go on from the newest checkpoint; false sets the old training folder aside and starts anew'),
  resumeFrom: z
    .string()
    .nullable()
    .default(null)
    .describe('checkpoint folder to go on from; run again, it goes on from the newest that was made since; null: the newest one'),
  onConfigChange: z
    .enum(['refuse', 'continue'])
    .default('refuse')
    .describe('what to do when the checkpoint to go on from was made with other settings'),
  seed: z.int().min(0).default(0).describe('seed of initial weights, dropout and data order'),
  keepCheckpoints: steps
    .nullable()
    .default(null)
    .describe('newest checkpoints to keep, the best on the validation set not counted; null: all'),
});

/** The section `training` of a recipe. */
export type TrainingSettings = z.output<typeof trainingSettings>;
