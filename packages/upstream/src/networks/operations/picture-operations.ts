import type { Weight } from '../weight-names.ts';

/** What networks of convolutions over time and frequency are made of. A picture is (batch, rows, steps, features), of fixed size but for the batch. */
export interface PictureOperations<T> {
  /** (batch, steps, bins) to a picture with the lowest bins first, (batch, bins, steps, 1) */
  readonly asPicture: (x: T) => T;
  /** correlation over rows and steps, which stay as many, as PyTorch's `conv2d` */
  readonly pictureConvolution: (x: T, convolution: { readonly weight: Weight; readonly bias: Weight }, size: PictureSize) => T;
  /** the largest of each two rows and two steps; an odd last one is left out */
  readonly halvedPicture: (x: T, size: PictureSize) => T;
  /** (batch, rows, steps, features) to (batch, steps, rows * features) */
  readonly pictureSteps: (x: T, size: PictureSize) => T;
  /** the largest value of each feature over the steps and its mean, added, (batch, 1, features) */
  readonly largestAndMean: (x: T) => T;
}

export interface PictureSize {
  readonly rows: number;
  readonly steps: number;
  readonly features: number;
}
