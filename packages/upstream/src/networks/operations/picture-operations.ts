import type { Weight } from './operations.ts';

/** What networks of convolutions over time and frequency are made of. A picture is (batch, rows, steps, features), of fixed size but for the batch. */
export interface PictureOperations<T> {
  /**
   * Log mel bands of waveforms (batch, samples) as torchaudio makes them, (batch, 1 + samples / shift, bins).
   *
   * Frames are centered, the waveform mirrored at both ends; natural logarithm of the power in HTK's mel bands and float32's epsilon.
   */
  readonly centeredMel: (waveforms: T, mel: CenteredMel) => T;
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

export interface CenteredMel {
  readonly bins: number;
  /** samples of a frame, and from one to the next */
  readonly window: number;
  readonly shift: number;
  /** Hz */
  readonly lowest: number;
  readonly highest: number;
  /** of each waveform */
  readonly samples: number;
}

export interface PictureSize {
  readonly rows: number;
  readonly steps: number;
  readonly features: number;
}
