import type { Log, PhaseRun } from '@s3/interface';
import { disposeTensors } from './tensors-of.ts';

/** A batch ready to be stepped; whoever takes it disposes `batch` and `prepared`. */
export interface PreparedBatch {
  readonly batch: unknown;
  readonly prepared: unknown;
  /** from 0 */
  readonly epoch: number;
  /** place in its epoch, from 0 */
  readonly index: number;
}

/**
 * The batches of a phase, the next one read and prepared while the current one is stepped.
 *
 * @param place.epochs how many epochs to give; endless for training
 * @param limit batches to give at most, so that none is prepared in vain
 */
export async function* preparedBatches(
  phase: PhaseRun<Log>,
  place: { readonly epoch: number; readonly start: number; readonly epochs: number },
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<PreparedBatch> {
  const source = batches(phase, place);
  let asked = 0;
  const next = async (): Promise<PreparedBatch | undefined> => {
    asked += 1;
    if (asked > limit) return undefined;
    const { done, value } = await source.next();
    if (done) return undefined;
    try {
      return { ...value, prepared: await phase.prepare(value.batch as never) };
    } catch (error) {
      disposeTensors(value.batch);
      throw error;
    }
  };

  let upcoming = next();
  try {
    for (;;) {
      const current = await upcoming;
      if (!current) return;
      upcoming = next();
      // its failure is seen when its turn comes; until then it must not count as unhandled
      upcoming.catch(() => {});
      // an engine in this thread answers at once: let signals, timers and drawing have their turn
      await new Promise(setImmediate);
      yield current;
    }
  } finally {
    const left = await upcoming.catch(() => undefined);
    if (left) disposeTensors(left.batch, left.prepared);
    await source.return(undefined);
  }
}

async function* batches(
  { batches: loader }: PhaseRun<Log>,
  place: { readonly epoch: number; readonly start: number; readonly epochs: number },
): AsyncGenerator<Omit<PreparedBatch, 'prepared'>> {
  for (let done = 0; done < place.epochs; done++) {
    const epoch = place.epoch + done;
    let index = done === 0 ? place.start : 0;
    const isWhole = index === 0;
    if (index < loader.length) {
      for await (const batch of loader.epoch(epoch, index)) yield { batch, epoch, index: index++ };
    }
    // an endless wait for batches that never come
    if (isWhole && index === 0) return;
  }
}
