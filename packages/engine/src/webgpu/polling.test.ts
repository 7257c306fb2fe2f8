import { expect, test } from 'vitest';
import { Polling } from './polling.ts';

/** Answers after a number of ticks, each asked for as Dawn does. */
class Library {
  answered = false;
  ask(ticks: number): void {
    globalThis.setImmediate(() => (ticks > 1 ? this.ask(ticks - 1) : this.finish()));
  }
  finish(): void {
    this.answered = true;
  }
}

function watched(): { library: Library; polling: Polling } {
  class Watched extends Library {}
  Watched.prototype.ask = Library.prototype.ask;
  const polling = new Polling();
  polling.watch(Watched.prototype, ['ask', 'absent']);
  return { library: new Watched(), polling };
}

test('brings answers forward', () => {
  const { library, polling } = watched();
  const { setImmediate: before } = globalThis;
  library.ask(5);
  expect(globalThis.setImmediate).toBe(before);
  for (let tick = 0; tick < 4; tick++) polling.poll();
  expect(library.answered).toBe(false);
  polling.poll();
  expect(library.answered).toBe(true);
});

test('lets answers come by themselves', async () => {
  const { library } = watched();
  library.ask(5);
  await expect.poll(() => library.answered).toBe(true);
});
