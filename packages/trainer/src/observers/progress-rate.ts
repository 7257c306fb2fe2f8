/** seconds after which an interval counts a third of what it did */
const memorySeconds = 30;
/** what is kept of the past at least, so that slow steps are averaged too */
const keptAtLeast = 0.8;

/** Rate of a piece of work and the time it still needs. */
export interface ProgressRate {
  /** Takes in how far the work is at a time (seconds). */
  readonly update: (done: number, seconds: number) => void;
  /** Leaves out what passes until the next update, such as an evaluation in the middle of training. */
  readonly pause: () => void;
  /** per second; undefined until two updates have come */
  readonly perSecond: () => number | undefined;
  /** until `total`; undefined while the rate is */
  readonly secondsLeft: (total: number) => number | undefined;
}

/**
 * A smoothed rate.
 *
 * Work and time both fade with age, so there is no warm-up bias. What was done before
 * the first update (a resumed run) says nothing about the rate and is not counted.
 */
export function progressRate(): ProgressRate {
  let last: { readonly done: number; readonly seconds: number } | undefined;
  let paused = false;
  let latestDone = 0;
  let work = 0;
  let time = 0;
  const perSecond = () => (work > 0 && time > 0 ? work / time : undefined);
  return {
    update(done, seconds) {
      if (last && done < last.done) [work, time, last] = [0, 0, undefined];
      latestDone = done;
      if (!last || paused) {
        last = { done, seconds };
        paused = false;
        return;
      }
      const passed = seconds - last.seconds;
      if (passed <= 0) return;
      const kept = Math.max(Math.exp(-passed / memorySeconds), keptAtLeast);
      work = work * kept + (done - last.done);
      time = time * kept + passed;
      last = { done, seconds };
    },
    pause() {
      paused = true;
    },
    perSecond,
    secondsLeft(total) {
      const rate = perSecond();
      return rate === undefined ? undefined : Math.max(0, total - latestDone) / rate;
    },
  };
}
