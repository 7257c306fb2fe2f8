import { type ChooseItems, type Log, type PhaseRun, WiringError } from '@s3/interface';
import type { StepTime } from './step-time.ts';
import { disposeTensors, tensorsOf } from './tensors-of.ts';

/** A batch ready to be stepped; whoever takes it disposes `batch` and `prepared`. */
export interface PreparedBatch {
  /** undefined where this process has no share of the batch */
  readonly batch: unknown;
  readonly prepared: unknown;
  /** this process's part of the batch's items, 0..1 */
  readonly fraction: number;
  /** from 0 */
  readonly epoch: number;
  /** place in its epoch, from 0 */
  readonly index: number;
}

/** Batches in the order of training; leaving them early, by `return`, lets go of what was read ahead. */
export interface PreparedBatches extends AsyncIterableIterator<PreparedBatch, undefined, undefined> {
  /**
   * Whether an epoch ended with one of the last so many batches, or none is left.
   *
   * Epochs need not be of one length, so it waits for the next batch.
   */
  readonly endedEpoch: (batches: number) => Promise<boolean>;
  /** seconds that whoever takes the batches has waited for them so far */
  readonly waited: Pick<StepTime, 'reading' | 'preparing'>;
  readonly return: () => Promise<IteratorReturnResult<undefined>>;
}

/**
 * The batches of a phase, the next one read and prepared while the current one is stepped.
 *
 * @param place.epochs how many epochs to give; endless for training
 * @param limit batches to give at most, so that none is prepared in vain
 * @param choose which items of each batch are this process's; all unless given
 * @throws WiringError for batches that cannot be shared among processes, or whose tensors have been disposed
 */
export function preparedBatches(
  phase: PhaseRun<Log>,
  place: { readonly epoch: number; readonly start: number; readonly epochs: number },
  limit = Number.POSITIVE_INFINITY,
  choose?: ChooseItems,
): PreparedBatches {
  const source = batches(phase, place, choose);
  let { epoch, start: done } = place;
  let asked = 0;
  let upcoming: Promise<PreparedBatch | undefined> | undefined;
  /** when the newest batch had been read, in milliseconds */
  let readAt = 0;
  let waited = { reading: 0, preparing: 0 };

  const prepareNext = async (): Promise<PreparedBatch | undefined> => {
    asked += 1;
    if (asked > limit) return undefined;
    const { done: isOver, value } = await source.next();
    readAt = performance.now();
    if (isOver) return undefined;
    if (value.batch === undefined) return { ...value, prepared: undefined };
    try {
      requireLive(value);
      return { ...value, prepared: await phase.prepare(value.batch as never) };
    } catch (error) {
      disposeTensors(value.batch);
      throw error;
    }
  };
  const ahead = (): Promise<PreparedBatch | undefined> => {
    upcoming ??= prepareNext();
    // its failure is seen when its turn comes; until then it must not count as unhandled
    upcoming.catch(() => {});
    return upcoming;
  };
  const close = async (): Promise<IteratorReturnResult<undefined>> => {
    const left = await upcoming?.catch(() => undefined);
    upcoming = Promise.resolve(undefined);
    if (left) disposeTensors(left.batch, left.prepared);
    await source.return(undefined);
    return { done: true, value: undefined };
  };

  return {
    async next() {
      const begin = performance.now();
      const current = await ahead().catch(async (error) => {
        await close();
        throw error;
      });
      if (!current) return close();
      requireLive(current);
      const isRead = Math.max(begin, readAt);
      waited = {
        reading: waited.reading + (isRead - begin) / 1000,
        preparing: waited.preparing + (performance.now() - isRead) / 1000,
      };
      upcoming = undefined;
      ahead();
      // an engine in this thread answers at once: let signals, timers and drawing have their turn
      await otherTurns();
      epoch = current.epoch;
      done = current.index + 1;
      return { done: false, value: current };
    },
    get waited() {
      return waited;
    },
    return: close,
    endedEpoch: async (count) => (epoch > 0 && done < count) || (await ahead())?.epoch !== epoch,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** @throws WiringError for tensors that are gone: most often given a second time, and disposed after the first step */
function requireLive({ batch, prepared }: { readonly batch?: unknown; readonly prepared?: unknown }): void {
  const gone = [batch, prepared].findIndex((given) => tensorsOf(given).some(({ isDisposed }) => isDisposed));
  if (gone < 0) return;
  throw new WiringError(
    gone === 0 ? 'loader' : 'task',
    `gives ${gone === 0 ? 'a batch' : 'what `prepare` made of a batch'} with a tensor that has been disposed`,
    'all tensors of a batch are disposed after its step; make them anew for each',
  );
}

// a page has no setImmediate
const otherTurns = (): Promise<unknown> =>
  new Promise((resume) => (typeof setImmediate === 'function' ? setImmediate(resume) : setTimeout(resume)));

async function* batches(
  { batches: loader }: PhaseRun<Log>,
  place: { readonly epoch: number; readonly start: number; readonly epochs: number },
  choose: ChooseItems | undefined,
): AsyncGenerator<Omit<PreparedBatch, 'prepared'>> {
  for (let done = 0; done < place.epochs; done++) {
    const epoch = place.epoch + done;
    let index = done === 0 ? place.start : 0;
    for await (const { batch, fraction } of read(loader, epoch, index, choose)) yield { batch, fraction, epoch, index: index++ };
    // an endless wait for batches that never come
    if (index === 0) return;
  }
}

async function* read(
  loader: PhaseRun<Log>['batches'],
  epoch: number,
  start: number,
  choose: ChooseItems | undefined,
): AsyncGenerator<{ readonly batch?: unknown; readonly fraction: number }> {
  if (!choose) for await (const batch of loader.epoch(epoch, start)) yield { batch, fraction: 1 };
  else if (loader.shares) yield* loader.shares(epoch, start, choose);
  else throw new WiringError('the batches', 'cannot be shared among processes', 'give their loader `shares`, or run in one process');
}
