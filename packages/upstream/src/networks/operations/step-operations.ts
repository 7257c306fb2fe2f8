import type { Weight } from '../weight-names.ts';

/** One direction of PyTorch's recurrent layer, its gates in the order there. */
export interface Recurrence {
  readonly kind: 'GRU' | 'LSTM';
  /** (gates * hidden, inputs) */
  readonly inputWeight: Weight;
  /** (gates * hidden, hidden) */
  readonly hiddenWeight: Weight;
  /** (gates * hidden,) */
  readonly inputBias: Weight;
  /** (gates * hidden,) */
  readonly hiddenBias: Weight;
  /** from the last step of each row to its first */
  readonly backwards?: boolean;
}

/** What networks do with the steps of their rows. */
export interface StepOperations<T> {
  /** the values of a weight (steps, features) added to those of each row */
  readonly addSteps: (x: T, weight: Weight) => T;
  /** each two steps as one of twice the features; an odd last one is left out */
  readonly pairSteps: (x: T) => T;
  /** every second step of (batch, steps) or (batch, steps, features), from the first on */
  readonly everySecond: (x: T) => T;
  /** every second step of a mask (batch, steps), from the second on */
  readonly secondSteps: (mask: T) => T;
  /** a recurrent layer from a zero state over the steps where the mask (batch, steps) is 1, which are a row's first; 0 elsewhere */
  readonly recurrence: (x: T, mask: T | undefined, recurrence: Recurrence) => T;
  /**
   * Steps in as few pieces of one length as will do, each a row of its own.
   *
   * @param longest steps of a piece, at most
   * @returns pieces and their mask; what makes of one row for each piece one for each row again
   */
  readonly inPieces: (x: T, mask: T | undefined, longest: number) => Pieces<T>;
  /** zero where the mask (batch, steps) is 0 */
  readonly maskSteps: (x: T, mask: T) => T;
}

export interface Pieces<T> {
  /** (rows, steps, features) */
  readonly pieces: T;
  readonly mask: T | undefined;
  readonly whole: (x: T) => T;
}
