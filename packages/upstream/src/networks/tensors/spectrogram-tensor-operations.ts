import * as tf from '@tensorflow/tfjs-core';
import type { SpectrogramOperations } from '../operations/spectrogram-operations.ts';
import { kaldiMel } from '../spectrograms/kaldi-mel.ts';
import { logMel } from '../spectrograms/log-mel.ts';
import { logSpectrogram } from '../spectrograms/log-spectrogram.ts';

/** `SpectrogramOperations` on tensors, with gradients. */
export const spectrogramTensorOperations: SpectrogramOperations<tf.Tensor> = {
  logMel: (waveforms, bins) => logMel(waveforms as tf.Tensor2D, bins),
  logSpectrogram: (waveforms, spectrogram) => logSpectrogram(waveforms as tf.Tensor2D, spectrogram),
  kaldiMel: (waveforms, mel) => kaldiMel(waveforms as tf.Tensor2D, mel),
  normalizeSteps: (x, mask, epsilon) =>
    tf.tidy(() => {
      const shown = mask === undefined ? tf.ones([1, x.shape[1]!, 1]) : tf.expandDims(mask, -1);
      const count = tf.sum(shown, 1, true);
      const centered = tf.mul(tf.sub(x, tf.div(tf.sum(tf.mul(x, shown), 1, true), count)), shown);
      const variance = tf.div(tf.sum(tf.square(centered), 1, true), tf.maximum(tf.sub(count, 1), 1));
      if ('variance' in epsilon) return tf.div(centered, tf.sqrt(tf.add(variance, epsilon.variance)));
      return tf.div(centered, tf.add(tf.sqrt(variance), epsilon.deviation));
    }),
};
