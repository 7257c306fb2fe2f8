import { downloadFields, type Log, type PhaseRun, type Random } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedGradients } from '../optimizers/optimizer.ts';
import { gradientsOf } from './gradients.ts';
import type { PreparedBatch } from './prepared-batches.ts';
import { disposeTensors, tensorsOf } from './tensors-of.ts';

/** What a batch gave. */
export interface Backward {
  /** they belong to the caller */
  readonly gradients: NamedGradients;
  readonly loss: number;
  /** what the task collects of it */
  readonly entry: { readonly [name: string]: unknown };
  /** of what the loss is a mean of, where that is not the items */
  readonly weight: number | undefined;
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
    return {
      gradients,
      loss: downloaded['loss'] as number,
      entry: phase.collect(downloaded as never, batch as never),
      weight: phase.weight?.(downloaded as never, batch as never),
    };
  } finally {
    disposeTensors(fields, batch, prepared);
  }
}
