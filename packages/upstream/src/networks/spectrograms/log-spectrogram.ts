import * as tf from '@tensorflow/tfjs-core';
import { htkMelFilters } from '../../features/mel-filters.ts';
import { stftBins } from '../../features/stft-features.ts';
import { frameShift, sampleRate } from '../../frame-grid.ts';
import { filterMatrix } from '../../graph/filter-matrix.ts';
import { mirroredPlaces, spectrumFilters } from './log-mel.ts';

/** HTK's mel bands of a power spectrum, (frequencies, bands). */
export const htkMelMatrix = (bands: number): tf.Tensor2D => filterMatrix(htkMelFilters(bands, stftBins, sampleRate), stftBins);

/** Waveforms (batch, samples) to logarithms of power, (batch, samples / 160 + 1, bins), as S3PRL's preprocessor of spectrograms gives them. */
export function logSpectrogram(waveforms: tf.Tensor2D, melBins: number | undefined): tf.Tensor3D {
  return tf.tidy(() => {
    const [before, behind] = mirroredPlaces(waveforms.shape[1]).map((places) => tf.gather(waveforms, tf.tensor1d(places, 'int32'), 1));
    const whole = tf.expandDims(tf.concat([before!, waveforms, behind!], 1), -1) as tf.Tensor3D;
    const spectrum = tf.conv1d(whole, tf.transpose(spectrumFilters(), [2, 1, 0]), frameShift, 'valid');
    const [real, imaginary] = tf.split(tf.square(spectrum), 2, -1);
    const power = tf.reshape(tf.add(real!, imaginary!), [-1, stftBins]);
    const bands = melBins === undefined ? power : tf.matMul(power, htkMelMatrix(melBins));
    return tf.reshape(tf.log(tf.add(bands, 1e-10)), [waveforms.shape[0], -1, bands.shape[1]!]);
  });
}
