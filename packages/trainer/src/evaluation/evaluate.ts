import type { Communicator, Log, PhaseRun, Reduction } from '@s3/interface';
import { InterruptedError } from '../interrupted-error.ts';
import type { RunObserver } from '../observers/observer.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { gatherValues } from '../parallel/gather-values.ts';
import { isStopping } from '../parallel/is-stopping.ts';
import { oneProcess } from '../parallel/one-process.ts';
import { dealBatches } from '../parallel/shares.ts';
import { addToColumns, type CollectedColumns } from './collected-columns.ts';
import { batchesToJudge, judgeBatches } from './judge-batches.ts';

export interface EvaluateOptions {
  /** what is evaluated, for progress and errors: `test voxceleb1-o of step_600` */
  readonly label: string;
  /** batches to judge; -1: all */
  readonly evalBatches: number;
  readonly observer: Pick<Required<RunObserver>, 'progress'>;
  readonly signal?: AbortSignal | undefined;
  /** the processes that share the batches; every one computes whole batches, so the result is that of one process */
  readonly communicator?: Communicator;
}

/**
 * Judges one split: every batch in inference mode, then the whole.
 *
 * @returns files and figures on rank 0, the log on every process
 * @throws InputError for a split without batches
 * @throws InterruptedError when any process is asked to stop
 */
export async function evaluate<L extends Log>(
  phase: PhaseRun<L>,
  { label, evalBatches, observer, signal, communicator = oneProcess }: EvaluateOptions,
): Promise<Reduction<L>> {
  const total = batchesToJudge(phase, label, evalBatches);
  const choose = communicator.size === 1 ? undefined : dealBatches(communicator);
  const entries = await judgeBatches(phase, { label, total, observer, signal, choose });
  if (await isStopping(communicator, signal)) throw new InterruptedError(`judging ${label}`);
  const gathered = await gatherValues(communicator, entries);
  let reduction: Reduction<L> | undefined;
  const told = await fromRoot(communicator, () => {
    const columns: CollectedColumns = {};
    const all = gathered!.flat().sort((one, other) => one.index - other.index);
    for (const { entry } of all) addToColumns(columns, entry);
    reduction = phase.reduce(columns as never, { isPartial: total < phase.batches.length });
    const { log, chance } = reduction;
    return { log, ...(chance && { chance }) };
  });
  return reduction ?? told;
}
