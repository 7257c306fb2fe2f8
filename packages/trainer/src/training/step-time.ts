/** Where the time of training's steps went, in seconds. */
export interface StepTime {
  /** all of it, evaluations and checkpoints left out */
  readonly steps: number;
  /** of that: waiting for a batch to be read and decoded */
  readonly reading: number;
  /** of that: waiting for its frozen part, the upstream */
  readonly preparing: number;
}

/** Share of the time from which on waiting is worth a word, and seconds of training from which on a share says something. */
const worthAWord = { share: 0.2, seconds: 10 };

/** The share of the steps' time that went into waiting for batches, where it is worth a word. */
export function waitingShare({ steps, reading, preparing }: StepTime): number | undefined {
  const share = (reading + preparing) / steps;
  return steps >= worthAWord.seconds && share >= worthAWord.share ? share : undefined;
}

/** What to do about it, in a sentence; undefined where it is not worth one. */
export function waitingText(time: StepTime): string | undefined {
  const share = waitingShare(time);
  if (share === undefined) return undefined;
  const percent = (value: number) => `${Math.round((100 * value) / time.steps)} %`;
  const remedy =
    time.reading > time.preparing
      ? 'more --workers, WAV of the rate that the model takes, or a nearer disk help'
      : 'hidden states that are kept (upstream.cache), a faster engine, or a smaller upstream help';
  return `steps waited ${percent(time.reading + time.preparing)} of their time for batches: ${percent(time.reading)} for recordings to be read, ${percent(time.preparing)} for the frozen upstream; ${remedy}`;
}
