import type { Weight } from '../weight-names.ts';

/** What wav2vec and the quantizers of vq-wav2vec are made of, beside what others are. */
export interface Wav2vecOperations<T> {
  /** log(1 + |x|) */
  readonly logMagnitude: (x: T) => T;
  /** so many more of the first step before it */
  readonly repeatFirst: (x: T, count: number) => T;
  /** of each so many steps the first, as many as `like` has */
  readonly everyStep: (x: T, every: number, like: T) => T;
  /**
   * Of each group of logits the code of the largest, (batch, steps, groups * features). In training Gumbel noise is added first, and the
   * gradient is that of their softmax; otherwise none passes to the logits, as in PyTorch.
   *
   * @param logits (batch, steps, groups * codes)
   * @param codes (1, groups * codes, features), or of one group for all
   * @param options.count codes of a group
   */
  readonly chosenCodes: (
    logits: T,
    codes: Weight,
    options: { readonly groups: number; readonly count: number; readonly temperature: number },
  ) => T;
  /**
   * For each group of features the code that is nearest, with the gradient of what it stands for; none reaches the codes.
   *
   * @param x (batch, steps, groups * features)
   * @param codes (codes, groups, features), or of one group for all
   */
  readonly nearestCodes: (x: T, codes: Weight, groups: number) => T;
}
