import type { Log, PhaseRun, Random } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { downloadFields } from './download-fields.ts';
import { clippingScale, globalNorm, gradientsOf } from './gradients.ts';
import type { NamedGradients, Optimizer } from './optimizers/optimizer.ts';
import type { PreparedBatch } from './prepared-batches.ts';
import type { Rate } from './schedules/schedule.ts';
import { disposeTensors, tensorsOf } from './tensors-of.ts';

/** What a batch gave. */
export interface Backward {
  /** they belong to the caller */
  readonly gradients: NamedGradients;
  readonly loss: number;
  /** what the task collects of it */
  readonly entry: { readonly [name: string]: unknown };
}

/**
 * The gradients of one batch, which is disposed.
 *
 * @param share factor on the gradients: this batch's part of the step
 */
export async function backward(
  phase: PhaseRun<Log>,
  weights: ReadonlyMap<string, tf.Variable>,
  { batch, prepared }: Pick<PreparedBatch, 'batch' | 'prepared'>,
  { random, share }: { readonly random: Random; readonly share: number },
): Promise<Backward> {
  let fields: ReturnType<typeof phase.step> = {};
  try {
    const gradients = gradientsOf(() => {
      fields = phase.step(batch as never, prepared as never, { training: true, random });
      for (const tensor of tensorsOf(fields)) tf.keep(tensor);
      const loss = fields['loss'] as tf.Scalar;
      return share === 1 ? loss : tf.mul(loss, share);
    }, weights);
    const downloaded = await downloadFields(fields);
    return { gradients, loss: downloaded['loss'] as number, entry: phase.collect(downloaded as never, batch as never) };
  } finally {
    disposeTensors(fields, batch, prepared);
  }
}

/**
 * Changes the weights by these gradients, which are disposed; gradients whose norm is NaN or infinite change nothing.
 *
 * @param clipping largest norm of all gradients together; null: no limit
 */
export async function update(
  optimizer: Optimizer,
  gradients: NamedGradients,
  rate: Rate,
  clipping: number | null,
): Promise<{ readonly gradientNorm: number; readonly isUsable: boolean }> {
  const gradientNorm = await globalNorm(gradients);
  const isUsable = Number.isFinite(gradientNorm);
  if (isUsable) optimizer.step(gradients, rate, clippingScale(gradientNorm, clipping));
  disposeTensors([...gradients.values()]);
  return { gradientNorm, isUsable };
}

/** The warning for a step that was left out; a run gone bad skips every step and need not say so every time. */
export function skippedWarning(step: number, norm: number, count: number): string | undefined {
  if (!Number.isInteger(Math.log2(count))) return undefined;
  return `step ${step}: the gradient norm is ${norm}, the step is skipped (${count} so far)`;
}
