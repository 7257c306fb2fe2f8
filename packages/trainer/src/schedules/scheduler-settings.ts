import { z } from 'zod';

const steps = z.int().min(1);

/** Settings of the learning rate's course; each is read only by the schedules its description names. */
export const schedulerSettings = z.strictObject({
  name: z
    .enum(['none', 'ExponentialLR', 'StepLR', 'MultiStepLR', 'LambdaLR', 'CosineAnnealingLR', 'OneCycleLR', 'ReduceLROnPlateau'])
    .default('none')
    .describe('course of the learning rate, as torch.optim.lr_scheduler names it'),
  gamma: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('factor: each step for ExponentialLR (0.9), each drop for StepLR and MultiStepLR (0.1)'),
  stepSize: steps.nullable().default(null).describe('steps between two drops (StepLR; mandatory there)'),
  milestones: z.array(steps).nullable().default(null).describe('steps after which the rate drops (MultiStepLR; mandatory there)'),
  shape: z
    .enum(['warmup', 'linear', 'polynomial'])
    .nullable()
    .default(null)
    .describe('after the warm-up: constant, straight down to zero, or down by a power (LambdaLR; warmup)'),
  warmupSteps: z.int().min(0).nullable().default(null).describe('steps of linear rise from zero (LambdaLR; 0)'),
  decaySteps: steps.nullable().default(null).describe('step at which the fall ends (LambdaLR; training.totalSteps)'),
  power: z.number().positive().nullable().default(null).describe('power of the polynomial fall (LambdaLR; 1)'),
  endLearningRate: z.number().min(0).nullable().default(null).describe('rate at the end of the polynomial fall (LambdaLR; 1e-7)'),
  annealSteps: steps
    .nullable()
    .default(null)
    .describe('steps from the highest to the lowest rate (CosineAnnealingLR; training.totalSteps)'),
  minLearningRate: z.number().min(0).nullable().default(null).describe('lowest rate (CosineAnnealingLR, ReduceLROnPlateau; 0)'),
  maxLearningRate: z.number().positive().nullable().default(null).describe("highest rate (OneCycleLR; the optimizer's learningRate)"),
  cycleSteps: steps.nullable().default(null).describe('steps of the cycle (OneCycleLR; training.totalSteps)'),
  riseFraction: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('share of the cycle in which the rate rises, 0..1 (OneCycleLR; 0.3)'),
  annealing: z.enum(['cos', 'linear']).nullable().default(null).describe('form of rise and fall (OneCycleLR; cos)'),
  startDivisor: z.number().positive().nullable().default(null).describe('highest rate over first rate (OneCycleLR; 25)'),
  endDivisor: z.number().positive().nullable().default(null).describe('first rate over last rate (OneCycleLR; 10000)'),
  threePhase: z.boolean().nullable().default(null).describe('fall back as long as the rise took, then to the end (OneCycleLR; false)'),
  cycleMomentum: z.boolean().nullable().default(null).describe('move the momentum against the rate (OneCycleLR; true)'),
  minMomentum: z.number().min(0).lt(1).nullable().default(null).describe('momentum at the highest rate (OneCycleLR; 0.85)'),
  maxMomentum: z.number().min(0).lt(1).nullable().default(null).describe('momentum at the lowest rate (OneCycleLR; 0.95)'),
  mode: z
    .enum(['min', 'max'])
    .nullable()
    .default(null)
    .describe("whether a smaller or a larger metric is better (ReduceLROnPlateau; the metric's order)"),
  factor: z.number().gt(0).lt(1).nullable().default(null).describe('factor of one drop (ReduceLROnPlateau; 0.1)'),
  patience: z.int().min(0).nullable().default(null).describe('evaluations without progress before a drop (ReduceLROnPlateau; 10)'),
  threshold: z.number().min(0).nullable().default(null).describe('smallest change that is progress (ReduceLROnPlateau; 1e-4)'),
  thresholdMode: z
    .enum(['rel', 'abs'])
    .nullable()
    .default(null)
    .describe('threshold relative to the best value, or absolute (ReduceLROnPlateau; rel)'),
  cooldown: z.int().min(0).nullable().default(null).describe('evaluations after a drop that do not count (ReduceLROnPlateau; 0)'),
  minChange: z.number().min(0).nullable().default(null).describe('a drop by less is not made (ReduceLROnPlateau; 1e-8)'),
});

/** The section `scheduler` of a recipe. */
export type SchedulerSettings = z.output<typeof schedulerSettings>;
export type SchedulerName = SchedulerSettings['name'];
