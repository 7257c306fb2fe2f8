/** Features of one utterance on the host, (frames, size) row by row. */
export interface FeatureMatrix {
  readonly frames: number;
  /** features per frame */
  readonly size: number;
  readonly values: Float32Array;
}

export function featureMatrix(frames: number, size: number): FeatureMatrix {
  return { frames, size, values: new Float32Array(frames * size) };
}

/**
 * Fills the columns after the first `baseSize` with their deltas, the deltas of those, and so on.
 *
 * The slope over two frames on each side; the first and last frame stand in for those outside.
 *
 * Furui, "Speaker-independent isolated word recognition using dynamic features of speech spectrum", 1986.
 */
export function fillDeltas({ frames, size, values }: FeatureMatrix, baseSize: number): void {
  const row = (frame: number) => Math.min(Math.max(frame, 0), frames - 1) * size;
  for (let order = baseSize; order < size; order += baseSize) {
    for (let frame = 0; frame < frames; frame++) {
      const from = order - baseSize;
      const [before2, before1, after1, after2] = [
        row(frame - 2) + from,
        row(frame - 1) + from,
        row(frame + 1) + from,
        row(frame + 2) + from,
      ];
      const to = frame * size + order;
      for (let index = 0; index < baseSize; index++) {
        const near = values[after1 + index]! - values[before1 + index]!;
        const far = values[after2 + index]! - values[before2 + index]!;
        values[to + index] = (near + 2 * far) / 10;
      }
    }
  }
}

/**
 * Mean and variance normalization of each feature over the utterance (CMVN), in place.
 *
 * The standard deviation is the unbiased one. Features of a single frame become 0, where S3PRL gives NaN.
 */
export function normalizeMeanVariance({ frames, size, values }: FeatureMatrix): void {
  const sums = new Float64Array(size);
  for (let position = 0, column = 0; position < values.length; position++) {
    sums[column]! += values[position]!;
    if (++column === size) column = 0;
  }
  const means = sums.map((sum) => sum / frames);
  const squares = new Float64Array(size);
  for (let position = 0, column = 0; position < values.length; position++) {
    const difference = values[position]! - means[column]!;
    squares[column]! += difference * difference;
    if (++column === size) column = 0;
  }
  const scales = squares.map((square) => 1 / (Math.sqrt(square / Math.max(1, frames - 1)) + 1e-10));
  for (let position = 0, column = 0; position < values.length; position++) {
    values[position] = (values[position]! - means[column]!) * scales[column]!;
    if (++column === size) column = 0;
  }
}
