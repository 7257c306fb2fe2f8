import { powerSpectrum } from './power-spectrum.ts';
import { resamplePolyphase } from './resample-polyphase.ts';
import { type Bands, correlationOfBands, correlationOfFrames } from './segment-correlation.ts';

const rate = 10_000;
const frameSize = 256;
const hopSize = 128;
const bandCount = 15;
const lowestHertz = 150;
/** frames of a segment, 384 ms */
const segmentFrames = 30;
const rangeDecibels = 40;
const tiny = 2 ** -52;
const window = Float64Array.from({ length: frameSize }, (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 1)) / (frameSize + 1)));
const thirds = thirdOctaves();

/** How well speech can be understood, 1 being as the clean one. */
export interface Intelligibility {
  /** STOI, 0..1 for speech */
  readonly stoi: number;
  /** ESTOI, for noise that comes and goes */
  readonly extended: number;
}

/**
 * How well speech can be understood, by how its bands follow those of clean speech over 384 ms (STOI and ESTOI).
 *
 * As pystoi counts them, resampling included; but where less than 0.4 s of speech are left without silence there is no score, for which
 * pystoi gives 0.00001.
 *
 * Taal et al., "An Algorithm for Intelligibility Prediction of Time-Frequency Weighted Noisy Speech", 2011; Jensen and Taal, "An Algorithm
 * for Predicting the Intelligibility of Speech Masked by Modulated Noise Maskers", 2016.
 *
 * @param reference (samples,) clean speech
 * @returns scores one estimate after the other, (samples,) as many; undefined for too little speech
 */
export function shortTimeIntelligibility(
  reference: Float32Array,
  sampleRate: number,
): (estimate: Float32Array) => Intelligibility | undefined {
  const clean = atRate(reference, sampleRate);
  const kept = audibleFrames(clean);
  const x = bandsOf(framesJoined(clean, kept));
  const segments = x.frames - segmentFrames + 1;
  return (estimate) => {
    if (segments < 1) return undefined;
    const y = bandsOf(framesJoined(atRate(estimate, sampleRate), kept));
    let [stoi, extended] = [0, 0];
    for (let first = 0; first < segments; first++) {
      stoi += correlationOfBands(x, y, first, segmentFrames);
      extended += correlationOfFrames(x, y, first, segmentFrames);
    }
    return { stoi: stoi / segments, extended: extended / segments };
  };
}

const atRate = (waveform: Float32Array, sampleRate: number) =>
  sampleRate === rate ? Float64Array.from(waveform) : resamplePolyphase(waveform, sampleRate, rate);

/** Where the frames begin that are at most 40 dB below the loudest. */
function audibleFrames(waveform: Float64Array): number[] {
  const starts = frameStarts(waveform.length);
  const energies = starts.map((start) => {
    let sum = 0;
    for (let index = 0; index < frameSize; index++) sum += (window[index]! * waveform[start + index]!) ** 2;
    return 20 * Math.log10(Math.sqrt(sum) + tiny);
  });
  const loudest = energies.reduce((most, energy) => Math.max(most, energy), Number.NEGATIVE_INFINITY);
  return starts.filter((_, frame) => energies[frame]! > loudest - rangeDecibels);
}

/** These frames alone, overlapped and added. */
function framesJoined(waveform: Float64Array, starts: readonly number[]): Float64Array {
  const joined = new Float64Array(starts.length === 0 ? 0 : (starts.length - 1) * hopSize + frameSize);
  starts.forEach((start, place) => {
    for (let index = 0; index < frameSize; index++) joined[place * hopSize + index]! += window[index]! * waveform[start + index]!;
  });
  return joined;
}

/** A frame that would end exactly at the end is left out, as by MATLAB's original and pystoi. */
const frameStarts = (samples: number) =>
  Array.from({ length: Math.max(0, Math.ceil((samples - frameSize) / hopSize)) }, (_, frame) => frame * hopSize);

/** Magnitude of each third of an octave over time. */
function bandsOf(waveform: Float64Array): Bands {
  const starts = frameStarts(waveform.length);
  const values = new Float64Array(bandCount * starts.length);
  const [windowed, power] = [new Float64Array(frameSize), new Float64Array(257)];
  starts.forEach((start, frame) => {
    for (let index = 0; index < frameSize; index++) windowed[index] = window[index]! * waveform[start + index]!;
    powerSpectrum(windowed, power);
    thirds.forEach(([first, end], band) => {
      let sum = 0;
      for (let bin = first; bin < end; bin++) sum += power[bin]!;
      values[band * starts.length + frame] = Math.sqrt(sum);
    });
  });
  return { values, bands: bandCount, frames: starts.length };
}

/** First and last (exclusive) frequency of each third of an octave, on the nearest ones of the transform. */
function thirdOctaves(): [first: number, end: number][] {
  const nearest = (hertz: number) => Math.round((hertz * 512) / rate);
  return Array.from({ length: bandCount }, (_, band) => [
    nearest(lowestHertz * 2 ** ((2 * band - 1) / 6)),
    nearest(lowestHertz * 2 ** ((2 * band + 1) / 6)),
  ]);
}
