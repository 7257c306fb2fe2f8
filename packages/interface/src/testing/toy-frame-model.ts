import * as tf from '@tensorflow/tfjs-core';
import type { WaveformModel } from '../model.ts';
import { moduleOf } from '../modules.ts';
import { randomStream } from '../random.ts';
import type { Frames } from '../sequences.ts';
import { normalTensor } from '../tensors.ts';

/** samples of a frame */
const block = 4;

/**
 * The smallest frame model that can be trained, for tests of tasks: four samples a frame, times one matrix.
 *
 * @param outputSize values of a frame, such as logits
 * @param weights of the matrix, (4, outputSize), row-major; drawn unless given
 */
export function toyFrameModel(
  outputSize: number,
  { sampleRate = 40, weights }: { readonly sampleRate?: number; readonly weights?: readonly number[] } = {},
): WaveformModel<Frames> {
  const initial = weights
    ? tf.tensor2d([...weights], [block, outputSize])
    : normalTensor([block, outputSize], 0.5, randomStream('toy', outputSize));
  const weight = tf.variable(initial) as tf.Variable<tf.Rank.R2>;
  return {
    ...moduleOf({ weight }),
    outputSize,
    sampleRate,
    downsampleRate: block,
    prepare: async ({ values, lengths }) => ({
      layers: [
        {
          values: tf.tidy(() => {
            const frames = Math.floor(values.shape[1]! / block);
            return tf.reshape(tf.slice(values, [0, 0], [-1, frames * block]), [lengths.length, frames, block]) as tf.Tensor3D;
          }),
          lengths: lengths.map((length) => Math.floor(length / block)),
        },
      ],
    }),
    forward(input) {
      if (!('layers' in input)) throw new TypeError('the toy model takes what it prepared');
      const { values, lengths } = input.layers[0]!;
      const [rows, frames] = values.shape;
      return { values: tf.reshape(tf.matMul(tf.reshape(values, [-1, block]), weight), [rows, frames, outputSize]) as tf.Tensor3D, lengths };
    },
  };
}
