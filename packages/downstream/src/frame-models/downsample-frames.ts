import type { Frames } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';

export type DownsampleStyle = 'drop' | 'concat';

/** Keeps each `rate`-th frame, or joins `rate` frames to one; frames that are left over at the end are dropped. */
export function downsampleFrames({ values, lengths }: Frames, rate: number, style: DownsampleStyle): Frames {
  if (rate === 1) return { values, lengths };
  return {
    lengths: lengths.map((length) => Math.floor(length / rate)),
    values: tf.tidy(() => {
      const [batch, frames, features] = values.shape;
      const count = Math.floor(frames / rate);
      const whole = tf.slice(values, [0, 0, 0], [-1, count * rate, -1]);
      if (style === 'concat') return tf.reshape(whole, [batch, count, rate * features]);
      return tf.squeeze(tf.slice(tf.reshape(whole, [batch, count, rate, features]), [0, 0, 0, 0], [-1, -1, 1, -1]), [2]);
    }) as tf.Tensor3D,
  };
}

/** The same in the operations of a graph. */
export function graphDownsample<T>(
  operations: GraphOperations<T>,
  { values, lengths }: GraphSequence<T>,
  rate: number,
  style: DownsampleStyle,
): GraphSequence<T> {
  if (rate === 1) return { values, lengths };
  const count = operations.divide(operations.steps(values), rate);
  const whole = operations.slice(values, 1, 0, operations.multiply(count, rate));
  const every = Array.from({ length: style === 'concat' ? rate : 1 }, (_, place) => operations.slice(whole, 1, place, undefined, rate));
  return { values: every.length === 1 ? every[0]! : operations.concat(every, -1), lengths: operations.divide(lengths, rate) };
}
