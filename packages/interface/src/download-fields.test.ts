import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { downloadFields } from './download-fields.ts';
import { WiringError } from './errors.ts';

describe('downloadFields', () => {
  it('gives each field in its form on the host', async () => {
    const fields = await downloadFields({
      loss: tf.scalar(0.5),
      labels: tf.tensor1d([3, 1], 'int32'),
      embeddings: tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]),
      hidden: { values: tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]), lengths: [2, 1] },
      ids: ['a', 'b'],
    });
    expect(fields).toEqual({
      loss: 0.5,
      labels: [3, 1],
      embeddings: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)],
      hidden: [
        { values: Float32Array.of(1, 2, 3, 4), frames: 2, features: 2 },
        { values: Float32Array.of(5, 6), frames: 1, features: 2 },
      ],
      ids: ['a', 'b'],
    });
  });

  it('refuses sequences without lengths', async () => {
    await expect(downloadFields({ hidden: tf.zeros([1, 2, 3]) })).rejects.toThrow(WiringError);
  });
});
