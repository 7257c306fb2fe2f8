import { InputError, inference, type Log, type PhaseRun, type Reduction } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { addToColumns, type CollectedColumns } from './collected-columns.ts';
import { downloadFields } from './download-fields.ts';
import { InterruptedError } from './interrupted-error.ts';
import type { RunObserver } from './observer.ts';
import { preparedBatches } from './prepared-batches.ts';
import { disposeTensors } from './tensors-of.ts';

export interface EvaluateOptions {
  /** what is evaluated, for progress and errors: `test voxceleb1-o of step_600` */
  readonly label: string;
  /** batches to judge; -1: all */
  readonly evalBatches: number;
  readonly observer: Pick<Required<RunObserver>, 'progress'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Judges one split: every batch in inference mode, then the whole.
 *
 * @throws InputError for a split without batches
 * @throws InterruptedError when asked to stop
 */
export async function evaluate<L extends Log>(
  phase: PhaseRun<L>,
  { label, evalBatches, observer, signal }: EvaluateOptions,
): Promise<Reduction<L>> {
  const total = evalBatches === -1 ? phase.batches.length : Math.min(evalBatches, phase.batches.length);
  if (!(total > 0)) throw new InputError(label, 'no batches', 'at least one', 'Give a table with rows, or leave the set out.');
  const columns: CollectedColumns = {};
  let done = 0;
  observer.progress({ label, done, total, unit: 'batches' });
  for await (const { batch, prepared } of preparedBatches(phase, { epoch: 0, start: 0, epochs: 1 }, total)) {
    let fields: ReturnType<PhaseRun<L>['step']> = {};
    try {
      if (signal?.aborted) throw new InterruptedError(`judging ${label}`);
      fields = tf.tidy(() => phase.step(batch as never, prepared as never, inference) as never);
      addToColumns(columns, phase.collect((await downloadFields(fields)) as never, batch as never));
    } finally {
      disposeTensors(fields, batch, prepared);
    }
    done += 1;
    observer.progress({ label, done, total, unit: 'batches' });
  }
  return phase.reduce(columns as never);
}
