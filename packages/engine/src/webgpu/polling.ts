type Tick = () => void;

/**
 * Keeps the ticks with which a library polls for its answers, so that they can also be had without giving up the thread.
 *
 * Dawn asks for a tick by calling the global `setImmediate`, and asks again in each tick as long as something is under
 * way. While one of its functions runs, that global is ours: ticks still come in their turn, and `poll` brings them forward.
 */
export class Polling {
  #ticks: Tick[] = [];
  #isScheduled = false;
  /** not the global at the time, which is ours where one call lies within another */
  readonly #schedule = globalThis.setImmediate;

  /** Calls a function of the library that may ask for ticks. */
  during<T>(call: () => T): T {
    const { setImmediate: before } = globalThis;
    const keep = (tick: Tick) => {
      this.#ticks.push(tick);
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      this.#schedule(() => {
        this.#isScheduled = false;
        this.poll();
      });
    };
    globalThis.setImmediate = keep as unknown as typeof setImmediate;
    try {
      return call();
    } finally {
      globalThis.setImmediate = before;
    }
  }

  /** Does the ticks that are due, now. */
  poll(): void {
    const due = this.#ticks;
    this.#ticks = [];
    for (const tick of due) this.during(tick);
  }

  /** Makes functions of a class's prototype be called `during`. */
  watch(prototype: object, names: readonly string[]): void {
    const functions = prototype as { [name: string]: (...args: unknown[]) => unknown };
    const polling = this;
    for (const name of names) {
      const stock = functions[name];
      if (!stock) continue;
      functions[name] = function (this: unknown, ...args) {
        return polling.during(() => stock.apply(this, args));
      };
    }
  }
}
