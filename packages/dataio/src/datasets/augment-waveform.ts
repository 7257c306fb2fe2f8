import { convolve } from './convolve.ts';

/**
 * A waveform as it sounds in a room: convolved with its impulse response, as long and as loud (in energy) as before.
 *
 * The strongest sample of the response is taken for the direct sound, so nothing is moved in time.
 *
 * @param response impulse response at the waveform's rate
 */
export function reverberate(waveform: Float32Array, response: Float32Array): Float32Array<ArrayBuffer> {
  let direct = 0;
  for (let sample = 1; sample < response.length; sample++) if (Math.abs(response[sample]!) > Math.abs(response[direct]!)) direct = sample;
  const wet = convolve(waveform, response).slice(direct, direct + waveform.length);
  const [before, after] = [power(waveform), power(wet)];
  return after === 0 ? Float32Array.from(waveform) : scaled(wet, Math.sqrt(before / after));
}

/** A noise, and how it is added. */
export interface AddedNoise {
  /** at the waveform's rate; repeated where it is shorter */
  readonly noise: Float32Array;
  readonly snrDecibels: number;
  /** 0 <= start < 1: where in a noise that is repeated it begins */
  readonly start: number;
}

/** A waveform with noises, each at a signal-to-noise ratio to the waveform alone, by the mean power of both; what is silent changes nothing. */
export function addNoises(waveform: Float32Array, noises: readonly AddedNoise[]): Float32Array<ArrayBuffer> {
  const signal = power(waveform);
  let sum = Float32Array.from(waveform);
  for (const { noise, snrDecibels, start } of noises) {
    const first = noise.length < waveform.length ? Math.floor(start * noise.length) : 0;
    const repeated = Float32Array.from(waveform, (_, sample) => noise[(first + sample) % noise.length]!);
    const disturbance = power(repeated);
    const factor = disturbance === 0 ? 0 : Math.sqrt(signal / disturbance / 10 ** (snrDecibels / 10));
    sum = sum.map((value, sample) => value + factor * repeated[sample]!);
  }
  return sum;
}

/** The waveform times a gain, and softer where it would leave -1..1. */
export function changeVolume(waveform: Float32Array<ArrayBuffer>, decibels: number): Float32Array<ArrayBuffer> {
  const factor = 10 ** (decibels / 20);
  let peak = 0;
  for (const value of waveform) peak = Math.max(peak, Math.abs(value * factor));
  return factor === 1 && peak <= 1 ? waveform : scaled(waveform, factor / Math.max(1, peak));
}

/** Mean square. */
function power(waveform: Float32Array): number {
  let sum = 0;
  for (const value of waveform) sum += value * value;
  return sum / waveform.length;
}

const scaled = (waveform: Float32Array, factor: number) => Float32Array.from(waveform, (value) => value * factor);
