import { InputError } from '@s3/interface';
import { z } from 'zod';
import { chosenSettings } from '../config/chosen-settings.ts';

/** `null` settings take what `torch.optim` takes for the optimizer of this name. */
export const optimizerSettings = z.strictObject({
  name: z
    .enum(['Adam', 'AdamW', 'SGD', 'RMSprop', 'Adagrad', 'Adadelta', 'Adamax'])
    .default('AdamW')
    .describe('update rule, as torch.optim names it'),
  learningRate: z.number().min(0).nullable().default(null).describe('step size before any schedule'),
  weightDecay: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('pull of the weights towards zero; decoupled from the gradient for AdamW'),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .nullable()
    .default(null)
    .describe('decay of the running means of gradient and squared gradient (Adam, AdamW, Adamax)'),
  epsilon: z.number().min(0).nullable().default(null).describe('added to the denominator (all but SGD)'),
  amsgrad: z.boolean().nullable().default(null).describe('divide by the largest squared gradient so far (Adam, AdamW)'),
  momentum: z.number().min(0).nullable().default(null).describe('share of the last update kept (SGD, RMSprop)'),
  dampening: z.number().nullable().default(null).describe('share of the gradient left out of the momentum (SGD)'),
  nesterov: z.boolean().nullable().default(null).describe('look ahead along the momentum (SGD)'),
  alpha: z.number().min(0).nullable().default(null).describe('decay of the running mean of the squared gradient (RMSprop)'),
  centered: z.boolean().nullable().default(null).describe('divide by the deviation, not by the root mean square (RMSprop)'),
  learningRateDecay: z.number().min(0).nullable().default(null).describe('decay of the step size per step (Adagrad)'),
  initialAccumulator: z.number().min(0).nullable().default(null).describe('first value of the sum of squared gradients (Adagrad)'),
  rho: z.number().min(0).max(1).nullable().default(null).describe('decay of the running means (Adadelta)'),
});

/** The section `optimizer` of a recipe. */
export type OptimizerSettings = z.output<typeof optimizerSettings>;
export type OptimizerName = OptimizerSettings['name'];

const adam = { learningRate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0, amsgrad: false } as const;

/** What each optimizer reads, with torch's default values (2.5). */
const torchDefaults = {
  Adam: adam,
  AdamW: { ...adam, weightDecay: 0.01 },
  SGD: { learningRate: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false },
  RMSprop: { learningRate: 1e-2, alpha: 0.99, epsilon: 1e-8, weightDecay: 0, momentum: 0, centered: false },
  Adagrad: { learningRate: 1e-2, learningRateDecay: 0, weightDecay: 0, initialAccumulator: 0, epsilon: 1e-10 },
  Adadelta: { learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 },
  Adamax: { learningRate: 2e-3, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 },
} as const satisfies {
  readonly [Name in OptimizerName]: { readonly learningRate: number; readonly weightDecay: number } & Record<string, unknown>;
};

/** An optimizer's settings with nothing left open; those that it does not read are absent. */
export type ResolvedOptimizer = { readonly name: OptimizerName; readonly learningRate: number; readonly weightDecay: number } & {
  readonly [Setting in Exclude<keyof OptimizerSettings, 'name' | 'learningRate' | 'weightDecay'>]?: NonNullable<OptimizerSettings[Setting]>;
};

/**
 * Fills in torch's defaults.
 *
 * @throws InputError for a setting that this optimizer does not read, or nesterov without momentum
 */
export function resolveOptimizer(settings: OptimizerSettings): ResolvedOptimizer {
  const resolved = { name: settings.name, ...chosenSettings('optimizer', settings, torchDefaults[settings.name]) } as ResolvedOptimizer;
  if (resolved.nesterov && (!resolved.momentum || resolved.dampening)) {
    throw new InputError(
      'optimizer.nesterov',
      'true',
      'a momentum above 0 and a dampening of 0 with it',
      'Set optimizer.momentum, such as 0.9.',
    );
  }
  return resolved;
}
