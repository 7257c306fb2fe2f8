import * as tf from '@tensorflow/tfjs-core';
import type { GraphSequence } from '../graph/graph-operations.ts';
import { randomStream } from '../random.ts';
import type { Frames, Waveforms } from '../sequences.ts';

/** Noise with a slow swell, (batch, samples), zero beyond each length; the same for the same key. */
export function waveformsOf(lengths: readonly number[], key = 'toy waveforms'): Waveforms {
  const longest = Math.max(...lengths);
  const values = new Float32Array(lengths.length * longest);
  lengths.forEach((length, row) => {
    const random = randomStream(key, row);
    for (let sample = 0; sample < length; sample++) {
      values[row * longest + sample] = 0.1 * random.normal() * (1 + Math.sin((2 * Math.PI * sample) / 4000));
    }
  });
  return { values: tf.tensor2d(values, [lengths.length, longest]), lengths };
}

/** Standard normal frames, (batch, frames, features), zero beyond each length; the same for the same key. */
export function framesOf(lengths: readonly number[], features: number, key = 'toy frames'): Frames {
  const longest = Math.max(...lengths);
  const values = new Float32Array(lengths.length * longest * features);
  lengths.forEach((length, row) => {
    const random = randomStream(key, row);
    for (let index = 0; index < length * features; index++) values[row * longest * features + index] = random.normal();
  });
  return { values: tf.tensor3d(values, [lengths.length, longest, features]), lengths };
}

/** One row of a padded batch, its padding cut off. */
export function alone(frames: Frames, row: number): Frames {
  const length = frames.lengths[row]!;
  return { values: tf.slice(frames.values, [row, 0, 0], [1, length, -1]), lengths: [length] };
}

/** The same as a `graph` takes it, when its operations are `tensorGraph`. */
export function inGraph({ values, lengths }: Frames | Waveforms): GraphSequence<tf.Tensor> {
  return { values, lengths: tf.tensor1d([...lengths], 'int32') };
}
