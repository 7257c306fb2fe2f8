import {
  type BuildContext,
  type Dataset,
  defineComponent,
  InputError,
  type Sequence,
  settingPath,
  settingsLike,
  type Waveforms,
} from '@s3/interface';
import { z } from 'zod';
import { type DiarizationRecording, refuseSurplusSpeakers } from '../tables/diarization-table.ts';
import { type AudioDatasetWiring, type AudioUtterance, audioDataset } from './audio-dataset.ts';
import { frameActivity } from './frame-activity.ts';
import { padWaveforms } from './pad-waveforms.ts';

/** A part of a recording, with who speaks in each of its frames. */
export interface DiarizationChunk {
  /** name of the recording and number of the chunk in it */
  readonly id: string;
  readonly recording: string;
  /** labelled frame of the recording at which the chunk begins */
  readonly startFrame: number;
  /** (samples,) as many as the chunk's frames have */
  readonly waveform: Float32Array;
  /** (frames, speakers), 1 where a speaker speaks; the recording's speakers in the order of their names, then silent ones */
  readonly activity: Sequence;
}

/** Chunks joined to a batch. */
export interface DiarizationChunkBatch {
  readonly waveforms: Waveforms;
  /** (batch,) names of the recordings */
  readonly recordings: readonly string[];
  /** (batch,) */
  readonly startFrames: readonly number[];
  /** (batch,) */
  readonly activities: readonly Sequence[];
}

/** Recordings in chunks, each with the labels of its frames. */
export interface DiarizationDataset extends Dataset<DiarizationChunk> {
  /** name of the recording of each chunk, by index: what `groupSameItemSampler` groups by */
  readonly recordings: readonly string[];
  /** samples of each chunk, by index */
  readonly lengths: readonly number[];
  /** Hz of the waveforms */
  readonly sampleRate: number;
  /** threads that read */
  readonly workers: number;
}

/** What a `diarizationDataset` is made of. */
export interface DiarizationDatasetWiring
  extends Pick<AudioDatasetWiring<AudioUtterance>, 'workers' | 'onProgress' | 'workerFile' | 'modelRate'> {
  readonly recordings: readonly DiarizationRecording[];
  /** columns of the labels: outputs of the model */
  readonly speakers: number;
  /** the setting that says how many speakers there are, for errors */
  readonly speakersSetting?: string | undefined;
  /** samples that a labelled frame stands for: the model's `downsampleRate`, times its subsampling */
  readonly samplesPerFrame: number;
  /** samples that the model needs at least; a last chunk of fewer is left out */
  readonly minSamples?: number | undefined;
}

const diarizationDatasetConfig = z.object({
  sampleRate: z.int().positive().default(16_000).describe('Hz of the waveforms; recordings of another rate are resampled'),
  chunkFrames: z.int().positive().default(2000).describe('frames of a chunk'),
  hopFrames: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('frames from the beginning of a chunk to that of the next; null for as many as a chunk has, without overlap'),
  keepShortChunk: z.boolean().default(true).describe('keep the last chunk of a recording where it is shorter than the others'),
});

/**
 * Recordings cut into chunks of frames, each with its labels.
 *
 * A recording of n samples has floor(n / samplesPerFrame) frames, and one at least; what is left of the last frame is not read. Chunks begin every
 * `hopFrames`; the last one ends where the recording ends and may be shorter. Labels are those of `frameActivity`. Compressed
 * recordings are decoded whole for each chunk: WAV is quicker for long ones.
 *
 * As S3PRL's DiarizationDataset, except that a segment which covers a chunk whole is labelled there: the original leaves
 * such chunks silent. And the duration is the audio's own.
 *
 * @throws InputError for a recording without duration or with more speakers than `speakers`; as `audioDataset`
 */
export const diarizationDataset = defineComponent({
  name: 'diarizationDataset',
  config: diarizationDatasetConfig,
  build: buildDiarizationDataset,
});

interface Chunk extends AudioUtterance {
  readonly recording: DiarizationRecording;
  readonly startFrame: number;
  readonly frames: number;
}

async function buildDiarizationDataset(
  { recordings, speakers, speakersSetting, samplesPerFrame, minSamples = 1, ...reading }: DiarizationDatasetWiring,
  config: z.output<typeof diarizationDatasetConfig>,
  context: BuildContext,
): Promise<DiarizationDataset> {
  const { sampleRate, chunkFrames, hopFrames, keepShortChunk } = config;
  const hop = hopFrames ?? chunkFrames;
  if (hop > chunkFrames) {
    throw new InputError(
      settingPath(config, 'hopFrames'),
      `${hop}`,
      `at most the ${chunkFrames} frames of a chunk`,
      'Hop less: frames between chunks would never be heard.',
    );
  }
  const chunks = recordings.flatMap((recording) => {
    refuseSurplusSpeakers(recording, speakers, speakersSetting);
    requireDuration(recording);
    const frames = Math.max(1, Math.floor(Math.round(recording.durationSeconds! * sampleRate) / samplesPerFrame));
    return chunkStarts(frames, chunkFrames, hop)
      .map((startFrame, index): Chunk => {
        const count = Math.min(chunkFrames, frames - startFrame);
        return {
          id: `${recording.recording}_${index}`,
          path: recording.path,
          where: recording.where,
          startSeconds: (startFrame * samplesPerFrame) / sampleRate,
          // a recording shorter than a frame has one
          endSeconds: Math.min(recording.durationSeconds!, ((startFrame + count) * samplesPerFrame) / sampleRate),
          recording,
          startFrame,
          frames: count,
        };
      })
      .filter(
        ({ frames: count }, index) => index === 0 || (count * samplesPerFrame >= minSamples && (keepShortChunk || count === chunkFrames)),
      );
  });
  const audio = await audioDataset({ ...reading, utterances: chunks, minSamples }, settingsLike(config, { sampleRate }), context);
  audio.utterances.forEach(({ recording, frames }, index) => {
    if (audio.lengths[index]! > (frames - 1) * samplesPerFrame) return;
    const found = `a recording that ends before the ${recording.durationSeconds} s of its table (${recording.path})`;
    throw new InputError(recording.where, found, 'the duration of the audio', 'Mend the duration, or prepare the corpus again.');
  });
  return {
    length: audio.length,
    recordings: audio.utterances.map(({ recording }) => recording.recording),
    lengths: audio.lengths,
    sampleRate,
    workers: audio.workers,
    async load(indices, epoch) {
      const items = await audio.load(indices, epoch);
      return items.map(({ id, recording, startFrame, frames, waveform }) => ({
        id,
        recording: recording.recording,
        startFrame,
        // resampling may have added a sample
        waveform: waveform.length > frames * samplesPerFrame ? waveform.subarray(0, frames * samplesPerFrame) : waveform,
        activity: frameActivity(recording, { startFrame, frames, speakers, sampleRate, samplesPerFrame }),
      }));
    },
  };
}

/** Joins chunks to one batch: zero-padded waveforms, and the labels as they are. */
export function diarizationBatch(chunks: readonly DiarizationChunk[]): DiarizationChunkBatch {
  return {
    waveforms: padWaveforms(chunks),
    recordings: chunks.map(({ recording }) => recording),
    startFrames: chunks.map(({ startFrame }) => startFrame),
    activities: chunks.map(({ activity }) => activity),
  };
}

function chunkStarts(frames: number, chunkFrames: number, hop: number): number[] {
  const starts = [0];
  while (starts.at(-1)! + chunkFrames < frames) starts.push(starts.at(-1)! + hop);
  return starts;
}

function requireDuration({ recording, where, durationSeconds }: DiarizationRecording): void {
  if (durationSeconds !== undefined) return;
  throw new InputError(
    where,
    `no duration of '${recording}'`,
    'its seconds in the column duration',
    'Prepare the corpus, which reads it from the audio.',
  );
}
