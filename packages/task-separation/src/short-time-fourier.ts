import { InputError, type Waveforms } from '@s3/interface';
import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';

/** What a spectrum is made with; sizes in samples. */
export interface FourierShape {
  /** samples of a transform, even */
  readonly fftSize: number;
  /** samples of the Hann window, in the middle of a frame */
  readonly windowSize: number;
  /** samples from the middle of a frame to that of the next */
  readonly hopSize: number;
}

/** Complex numbers, frame by frame; zero beyond each length. */
export interface Spectrum {
  /** (batch, frames, bins) */
  readonly real: tf.Tensor3D;
  /** (batch, frames, bins) */
  readonly imaginary: tf.Tensor3D;
  /** (batch,) frames */
  readonly lengths: readonly number[];
}

/** The short-time Fourier transform and its inverse. */
export interface ShortTimeFourier {
  /** frequencies of a frame, from 0 to half the sample rate */
  readonly bins: number;
  /** frames of a waveform, the last of which lies on or behind its end */
  readonly framesOf: (samples: number) => number;
  readonly forward: (waveforms: Waveforms) => Spectrum;
  /**
   * The waveforms whose spectrum is nearest to this one.
   *
   * @param samples (batch,) of each waveform
   * @returns (batch, most samples), zero beyond each length
   */
  readonly inverse: (spectrum: Spectrum, samples: readonly number[]) => tf.Tensor2D;
}

/**
 * Short-time Fourier transform (STFT) and its inverse, by matrix products and overlap-add: they have gradients on every engine.
 *
 * Frames are centred, zeros lie around the waveform and the window is periodic, as in torch.stft with `center=True` and `pad_mode='constant'`, and in librosa.
 * Their last frame lies up to a hop before the end, and what is behind it is lost, or made of a single frame's edge, on the way
 * back; here one more covers it. A row is the same in any batch.
 *
 * @param windowSetting what errors call the window
 * @throws InputError where the window does not reach from one frame to the next, or is longer than the transform
 */
export function shortTimeFourier({ fftSize, windowSize, hopSize }: FourierShape, windowSetting = 'windowSize'): ShortTimeFourier {
  if (windowSize <= hopSize || windowSize > fftSize) {
    const expected = `more than a hop of ${hopSize} samples and at most the transform's ${fftSize}`;
    throw new InputError(windowSetting, `${windowSize} samples`, expected, 'Choose another window, or a longer transform.');
  }
  const bins = fftSize / 2 + 1;
  const pieces = Math.ceil(fftSize / hopSize);
  const window = centredHann(windowSize, fftSize);
  const framesOf = (samples: number) => Math.ceil(samples / hopSize) + 1;

  /** Windowed samples to cosines, then sines, (fftSize, 2 * bins). */
  const analysis = new Float32Array(fftSize * 2 * bins);
  /** And back, with the window once more, (2 * bins, fftSize). */
  const synthesis = new Float32Array(2 * bins * fftSize);
  for (let sample = 0; sample < fftSize; sample++) {
    for (let column = 0; column < 2 * bins; column++) {
      const bin = column % bins;
      // whole turns are taken off first, so that angles keep their digits
      const angle = (2 * Math.PI * ((sample * bin) % fftSize)) / fftSize;
      const value = window[sample]! * (column < bins ? Math.cos(angle) : -Math.sin(angle));
      analysis[sample * 2 * bins + column] = value;
      // all but the first and the last stand for two frequencies
      synthesis[column * fftSize + sample] = (value * (bin === 0 || bin === bins - 1 ? 1 : 2)) / fftSize;
    }
  }

  /** (batch, frames, fftSize) to (batch, frames + pieces - 1 hops): each frame a hop behind the one before. */
  function overlapAdd(frames: tf.Tensor3D): tf.Tensor2D {
    const [batch, count] = frames.shape;
    const whole = tf.pad(frames, [
      [0, 0],
      [0, 0],
      [0, pieces * hopSize - fftSize],
    ]);
    const shifted = Array.from({ length: pieces }, (_, piece) =>
      tf.pad(tf.slice(whole, [0, 0, piece * hopSize], [batch, count, hopSize]), [
        [0, 0],
        [piece, pieces - 1 - piece],
        [0, 0],
      ]),
    );
    return tf.reshape(tf.addN(shifted), [batch, (count + pieces - 1) * hopSize]) as tf.Tensor2D;
  }

  return {
    bins,
    framesOf,
    forward: ({ values, lengths: samples }) => {
      const lengths = samples.map(framesOf);
      const [real, imaginary] = tf.tidy(() => {
        const [batch, given] = values.shape;
        const frames = Math.max(...lengths);
        const padded = (frames - 1 + pieces) * hopSize;
        const kept = Math.min(given, padded - fftSize / 2);
        const around = tf.pad(tf.slice(values, [0, 0], [batch, kept]), [
          [0, 0],
          [fftSize / 2, padded - fftSize / 2 - kept],
        ]);
        const hops = tf.reshape(around, [batch, frames - 1 + pieces, hopSize]);
        const joined = tf.concat(
          Array.from({ length: pieces }, (_, piece) => tf.slice(hops, [0, piece, 0], [batch, frames, hopSize])),
          -1,
        );
        const samplesOfFrames = tf.reshape(tf.slice(joined, [0, 0, 0], [batch, frames, fftSize]), [-1, fftSize]);
        const spectrum = tf.reshape(tf.matMul(samplesOfFrames, tf.tensor2d(analysis, [fftSize, 2 * bins])), [batch, frames, 2 * bins]);
        const masked = tf.mul(spectrum, tf.expandDims(lengthMask(lengths, frames), -1));
        return tf.split(masked, 2, -1) as [tf.Tensor3D, tf.Tensor3D];
      });
      return { real, imaginary, lengths };
    },
    inverse: ({ real, imaginary, lengths }, samples) =>
      tf.tidy(() => {
        const [batch, frames] = real.shape;
        const mask = tf.expandDims(lengthMask(lengths, frames), -1) as tf.Tensor3D;
        const spectrum = tf.mul(tf.concat([real, imaginary], -1), mask);
        const sounds = tf.matMul(tf.reshape(spectrum, [-1, 2 * bins]), tf.tensor2d(synthesis, [2 * bins, fftSize]));
        const windowed = tf.reshape(sounds, [batch, frames, fftSize]) as tf.Tensor3D;
        const power = tf.tensor1d(Float32Array.from(window, (value) => value * value));
        const envelope = overlapAdd(tf.mul(mask, power) as tf.Tensor3D);
        const longest = Math.max(...samples);
        const cut = (x: tf.Tensor2D) => tf.slice(x, [0, fftSize / 2], [batch, longest]);
        const sound = tf.div(cut(overlapAdd(windowed)), tf.maximum(cut(envelope), 1e-8));
        return tf.mul(sound, lengthMask(samples, longest)) as tf.Tensor2D;
      }),
  };
}

/** A periodic Hann window with zeros around it, (fftSize,). */
function centredHann(windowSize: number, fftSize: number): Float64Array {
  const window = new Float64Array(fftSize);
  const first = Math.floor((fftSize - windowSize) / 2);
  for (let sample = 0; sample < windowSize; sample++) window[first + sample] = 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / windowSize);
  return window;
}
