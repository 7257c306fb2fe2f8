import type { PhaseRun } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { preparedBatches } from './prepared-batches.ts';
import { disposeTensors } from './tensors-of.ts';

/** Three batches an epoch; `diary` says what happened when. */
function phaseOf(diary: string[], length = 3, failAt = -1): PhaseRun<{ readonly loss: number }> {
  return {
    batches: {
      length,
      async *epoch(epoch, start = 0) {
        try {
          for (let index = start; index < length; index++) {
            diary.push(`read ${epoch}.${index}`);
            yield { name: `${epoch}.${index}`, tensor: tf.scalar(index) };
          }
        } finally {
          diary.push('closed');
        }
      },
    },
    prepare: async ({ name }: { readonly name: string }) => {
      if (name === `0.${failAt}`) throw new RangeError('unreadable');
      return tf.scalar(1);
    },
    step: () => ({}),
    collect: () => ({}),
    reduce: () => ({ log: { loss: 0 } }),
  } as PhaseRun<{ readonly loss: number }>;
}

describe('preparedBatches', () => {
  it('tells for how long it was waited for: until a batch was read, and until it was prepared', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const gates: (() => void)[] = [];
    const gate = () => new Promise<void>((open) => gates.push(open));
    const phase = {
      ...phaseOf([]),
      batches: {
        length: 2,
        async *epoch() {
          for (const name of ['a', 'b']) {
            await gate();
            yield { name };
          }
        },
      },
      prepare: gate,
    } as never as PhaseRun<{ readonly loss: number }>;
    const stream = preparedBatches(phase, { epoch: 0, start: 0, epochs: 1 });
    /** Opens the gate that is waited at, some seconds later. */
    const pass = async (seconds: number) => {
      await vi.waitFor(() => expect(gates).toHaveLength(1));
      now += 1000 * seconds;
      gates.pop()!();
    };
    const first = stream.next();
    await pass(2);
    await pass(3);
    await first;
    expect(stream.waited).toEqual({ reading: 2, preparing: 3 });
    // read while the first was stepped
    await pass(5);
    await vi.waitFor(() => expect(gates).toHaveLength(1));
    const second = stream.next();
    await pass(1);
    await second;
    expect(stream.waited).toEqual({ reading: 2, preparing: 4 });
    vi.restoreAllMocks();
  });

  it('goes through epochs from any place, one batch ahead', async () => {
    const diary: string[] = [];
    const before = tf.memory().numTensors;
    for await (const { batch, prepared, epoch, index } of preparedBatches(
      phaseOf(diary),
      { epoch: 1, start: 2, epochs: Number.POSITIVE_INFINITY },
      4,
    )) {
      // what is asked for at once is read by the time the first wait is over
      await new Promise((resolve) => setTimeout(resolve));
      diary.push(`step ${epoch}.${index}`);
      expect((batch as { readonly name: string }).name).toBe(`${epoch}.${index}`);
      disposeTensors(batch, prepared);
    }
    expect(diary).toEqual([
      ...['read 1.2', 'closed', 'read 2.0', 'step 1.2', 'read 2.1', 'step 2.0', 'read 2.2', 'step 2.1', 'step 2.2'],
      'closed',
    ]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('moves on when an epoch was left at its very end', async () => {
    const names: string[] = [];
    for await (const { epoch, index, ...rest } of preparedBatches(phaseOf([]), { epoch: 0, start: 3, epochs: 2 })) {
      names.push(`${epoch}.${index}`);
      disposeTensors(rest);
    }
    expect(names).toEqual(['1.0', '1.1', '1.2']);
  });

  it('lets go of what was read ahead when left early or failing', async () => {
    const before = tf.memory().numTensors;
    const diary: string[] = [];
    for await (const { batch, prepared } of preparedBatches(phaseOf(diary), { epoch: 0, start: 0, epochs: 1 })) {
      disposeTensors(batch, prepared);
      break;
    }
    expect(diary.at(-1)).toBe('closed');
    const failing = async () => {
      for await (const { batch, prepared } of preparedBatches(phaseOf([], 3, 1), { epoch: 0, start: 0, epochs: 1 }))
        disposeTensors(batch, prepared);
    };
    await expect(failing()).rejects.toThrow('unreadable');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('knows the end of an epoch by the batch that follows, wherever it begins', async () => {
    const ends = async (place: { readonly epoch: number; readonly start: number }, count: number, limit?: number) => {
      const stream = preparedBatches(phaseOf([]), { ...place, epochs: Number.POSITIVE_INFINITY }, limit);
      const seen = [await stream.endedEpoch(count)];
      for (let step = 0; step < 4; step++) {
        for (let batch = 0; batch < count; batch++) disposeTensors((await stream.next()).value);
        seen.push(await stream.endedEpoch(count));
      }
      await stream.return();
      return seen;
    };
    const before = tf.memory().numTensors;
    expect(await ends({ epoch: 0, start: 0 }, 1)).toEqual([false, false, false, true, false]);
    expect(await ends({ epoch: 1, start: 3 }, 1)).toEqual([true, false, false, true, false]);
    // two batches a step: an epoch of three ends within the second
    expect(await ends({ epoch: 0, start: 0 }, 2)).toEqual([false, false, true, true, false]);
    expect(await ends({ epoch: 1, start: 1 }, 2)).toEqual([true, true, false, true, true]);
    expect(await ends({ epoch: 0, start: 0 }, 1, 2)).toEqual([false, false, true, true, true]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends where there are no batches', async () => {
    const stream = preparedBatches(phaseOf([], 0), { epoch: 0, start: 0, epochs: Number.POSITIVE_INFINITY });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it.each<[string, Partial<PhaseRun<{ readonly loss: number }>>, string]>([
    [
      'a loader',
      {
        batches: {
          length: 2,
          async *epoch() {
            const tensor = tf.scalar(1);
            yield { tensor };
            yield { tensor };
          },
        },
      },
      'loader gives a batch with a tensor that has been disposed',
    ],
    [
      'a task',
      {
        prepare: async () => {
          const tensor = tf.scalar(1);
          tensor.dispose();
          return { layers: [tensor] };
        },
      },
      'task gives what `prepare` made of a batch with a tensor that has been disposed',
    ],
  ])('refuses tensors that %s gives when they are gone', async (_, part, message) => {
    const stream = preparedBatches({ ...phaseOf([]), ...part }, { epoch: 0, start: 0, epochs: 1 });
    const all = async () => {
      for await (const { batch, prepared } of stream) disposeTensors(batch, prepared);
    };
    await expect(all()).rejects.toThrow(message);
  });
});
