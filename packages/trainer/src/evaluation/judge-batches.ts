import { type ChooseItems, downloadFields, InputError, inference, type Log, type PhaseRun } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { RunObserver } from '../observers/observer.ts';
import { preparedBatches } from '../training/prepared-batches.ts';
import { disposeTensors } from '../training/tensors-of.ts';

/** What the task collected of one batch. */
export interface JudgedBatch {
  /** place of the batch in its split, from 0 */
  readonly index: number;
  readonly entry: { readonly [name: string]: unknown };
}

/** How many batches of a split are judged. @throws InputError for none */
export function batchesToJudge({ batches }: PhaseRun<Log>, label: string, evalBatches: number): number {
  const total = evalBatches === -1 ? batches.length : Math.min(evalBatches, batches.length);
  if (!(total > 0)) throw new InputError(label, 'no batches', 'at least one', 'Give a table with rows, or leave the set out.');
  return total;
}

/** Every batch in inference mode, or those of them that `choose` keeps; ends early when asked to stop. */
export async function judgeBatches<L extends Log>(
  phase: PhaseRun<L>,
  {
    label,
    total,
    observer,
    signal,
    choose,
  }: {
    readonly label: string;
    readonly total: number;
    readonly observer: Pick<Required<RunObserver>, 'progress'>;
    readonly signal?: AbortSignal | undefined;
    readonly choose?: ChooseItems | undefined;
  },
): Promise<readonly JudgedBatch[]> {
  const entries: JudgedBatch[] = [];
  observer.progress({ label, done: 0, total, unit: 'batches' });
  for await (const { batch, prepared, index } of preparedBatches(phase, { epoch: 0, start: 0, epochs: 1 }, total, choose)) {
    let fields: ReturnType<PhaseRun<L>['step']> = {};
    try {
      if (signal?.aborted) break;
      if (batch === undefined) continue;
      fields = tf.tidy(() => phase.step(batch as never, prepared as never, inference) as never);
      entries.push({ index, entry: phase.collect((await downloadFields(fields)) as never, batch as never) });
    } finally {
      disposeTensors(fields, batch, prepared);
    }
    observer.progress({ label, done: index + 1, total, unit: 'batches' });
  }
  return entries;
}
