import { InputError } from '@s3/interface';
import type { AudioInfo, Recording } from '../audio/audio-recording.ts';
import { type AudioPart, sampleRange } from '../audio/read-audio.ts';
import { audioInfo, withRecording } from '../audio/recording-file.ts';
import { resample, resampledLength, resampleRange } from '../audio/resample.ts';
import { trimSilence } from '../audio/trim-silence.ts';
import { addNoises, changeVolume, reverberate } from './augment-waveform.ts';

/** How a recording becomes a waveform: plain data, so that it can be sent to another thread. */
export interface WaveformRequest extends AudioPart {
  readonly path: string;
  /** Hz */
  readonly sampleRate: number;
  /** decibels by which samples are multiplied */
  readonly gainDecibels: number;
  readonly trimSilence: boolean;
  /** longest waveform in samples; a longer one is cropped */
  readonly maxSamples?: number;
  /** where a crop begins, 0 <= place < 1 of all places where it can */
  readonly cropPlace?: number;
  readonly augmentation?: WaveformAugmentation | undefined;
}

/** What is done to one waveform, all chance settled. */
export interface WaveformAugmentation {
  /** times as fast, pitch included, as sox's `speed` */
  readonly speed?: number;
  /** recording of a room's impulse response */
  readonly impulseResponse?: string;
  /** added together, each at a ratio to the waveform without the others */
  readonly noises: readonly {
    readonly path: string;
    readonly snrDecibels: number;
    /** which part of it, 0 <= place < 1 */
    readonly place: number;
  }[];
  readonly gainDecibels: number;
}

/**
 * Reads an utterance: part, mono, sample rate and speed, gain, silence, crop, reverberation, noise, volume, in this order.
 *
 * A crop equals the same samples of the whole waveform; unless silence is trimmed, only what it needs is read from a WAV file.
 *
 * @throws InputError as `readAudio`, and when trimming leaves nothing
 */
export async function readWaveform(request: WaveformRequest): Promise<Float32Array<ArrayBuffer>> {
  const waveform = await readPlain(request);
  const { augmentation, sampleRate } = request;
  if (!augmentation) return waveform;
  const { impulseResponse, noises, gainDecibels } = augmentation;
  const other = { sampleRate, gainDecibels: 0, trimSilence: false };
  let changed = waveform;
  if (impulseResponse !== undefined) changed = reverberate(changed, await readPlain({ ...other, path: impulseResponse }));
  const parts = noises.map(async ({ path, snrDecibels, place }) => {
    const noise = await readPlain({ ...other, path, maxSamples: changed.length, cropPlace: place });
    return { noise, snrDecibels, start: place };
  });
  if (parts.length > 0) changed = addNoises(changed, await Promise.all(parts));
  return changeVolume(changed, gainDecibels);
}

function readPlain(request: WaveformRequest): Promise<Float32Array<ArrayBuffer>> {
  return withRecording(request.path, (recording) => {
    if (!request.trimSilence) return readCrop(recording, request);
    const waveform = readTrimmed(recording, request);
    if (waveform.length > 0) return waveform.slice(...cropOf(waveform.length, request));
    const remedy = 'Leave it out (minSeconds does so), or set trimSilence to false.';
    throw new InputError(request.path, 'nothing but silence', 'at least 0.1 s of sound', remedy);
  });
}

/**
 * Samples of the utterance before any crop; 0 where trimming leaves nothing. Decodes only if silence is trimmed.
 *
 * @throws InputError as `readAudio`
 */
export async function measureWaveform(request: WaveformRequest): Promise<number> {
  if (request.trimSilence) return withRecording(request.path, (recording) => readTrimmed(recording, request).length);
  const info = await audioInfo(request.path);
  const [first, end] = sampleRange(request.path, info, request);
  return resampledLength(end - first, info.sampleRate, request.sampleRate);
}

function readTrimmed({ info, read }: Recording, request: WaveformRequest): Float32Array<ArrayBuffer> {
  const waveform = resample(read(...sampleRange(request.path, info, request)), playedRate(info, request), request.sampleRate);
  return trimSilence(amplify(waveform, request.gainDecibels), request.sampleRate);
}

function readCrop({ info, read }: Recording, request: WaveformRequest): Float32Array<ArrayBuffer> {
  const { path, sampleRate, gainDecibels } = request;
  const rate = playedRate(info, request);
  const [partFirst, partEnd] = sampleRange(path, info, request);
  const [first, end] = cropOf(resampledLength(partEnd - partFirst, rate, sampleRate), request);
  const source = resampleRange(first, end, rate, sampleRate);
  const samples = read(partFirst + source.first, Math.min(partEnd, partFirst + source.end));
  const waveform = resample(samples, rate, sampleRate);
  const exact = source.skip === 0 && waveform.length === end - first;
  return amplify(exact ? waveform : waveform.slice(source.skip, source.skip + end - first), gainDecibels);
}

/** Hz; a recording that is taken for one of a higher rate is faster. */
function playedRate({ sampleRate }: AudioInfo, { augmentation }: WaveformRequest): number {
  return Math.round(sampleRate * (augmentation?.speed ?? 1));
}

function cropOf(length: number, { maxSamples = Number.POSITIVE_INFINITY, cropPlace = 0 }: WaveformRequest): [first: number, end: number] {
  const kept = Math.min(length, maxSamples);
  const first = Math.floor(cropPlace * (length - kept + 1));
  return [first, first + kept];
}

/** As sox does it: on 32-bit integers, clipped. */
function amplify(waveform: Float32Array<ArrayBuffer>, decibels: number): Float32Array<ArrayBuffer> {
  if (decibels === 0) return waveform;
  const factor = 10 ** (decibels / 20);
  return waveform.map((sample) => Math.max(-1, Math.min(1, sample * factor)));
}
