import * as tf from '@tensorflow/tfjs-core';
import { downloadFields } from '../download-fields.ts';
import { inference } from '../model.ts';
import type { Columns, Fields, Log, PhaseRun, Reduction } from '../task.ts';

/**
 * One pass over a split, judged as the trainer does it.
 *
 * @param mostBatches ends after so many, with which the split counts as judged in part
 */
export async function judgeRun<L extends Log>(run: PhaseRun<L>, mostBatches = Number.POSITIVE_INFINITY): Promise<Reduction<L>> {
  const columns: { [name: string]: unknown[] } = {};
  let done = 0;
  for await (const batch of run.batches.epoch(0)) {
    const prepared = await run.prepare(batch as never);
    const fields = tf.tidy(() => run.step(batch as never, prepared as never, inference) as never) as Fields;
    const entries = run.collect((await downloadFields(fields)) as never, batch as never);
    for (const [name, entry] of Object.entries(entries)) {
      columns[name] ??= [];
      columns[name].push(...(Array.isArray(entry) ? entry : [entry]));
    }
    tf.dispose([batch, prepared, fields] as never);
    if (++done === mostBatches) break;
  }
  return run.reduce(columns as Columns<unknown> as never, { isPartial: Number.isFinite(mostBatches) });
}
