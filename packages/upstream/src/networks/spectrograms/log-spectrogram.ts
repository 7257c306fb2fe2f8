import * as tf from '@tensorflow/tfjs-core';
import { htkMelFilters } from '../../features/mel-filters.ts';
import { sampleRate } from '../../frame-grid.ts';
import { filterMatrix } from '../../graph/filter-matrix.ts';
import type { LogSpectrogram } from '../operations/spectrogram-operations.ts';
import { centeredPower } from './centered-power.ts';

/** HTK's mel bands of the power spectrum of so many samples, (frequencies, bands). */
export function htkMelMatrix({ bins, ...range }: NonNullable<LogSpectrogram['mel']>, window: number): tf.Tensor2D {
  const frequencies = window / 2 + 1;
  return filterMatrix(htkMelFilters(bins, frequencies, sampleRate, range), frequencies);
}

/** Waveforms (batch, samples) to logarithms of power, (batch, samples / 160 + 1, bands). */
export function logSpectrogram(waveforms: tf.Tensor2D, { window, mel, added }: LogSpectrogram): tf.Tensor3D {
  return tf.tidy(() => {
    const power = tf.reshape(centeredPower(waveforms, window), [-1, window / 2 + 1]);
    const bands = mel === undefined ? power : tf.matMul(power, htkMelMatrix(mel, window));
    return tf.reshape(tf.log(tf.add(bands, added)), [waveforms.shape[0], -1, bands.shape[1]!]);
  });
}
