import {
  type Frames,
  InputError,
  type RecordingOptions,
  type RecordingPrediction,
  type RecordingSource,
  type Sequence,
  settingPath,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import { paddedWaveforms } from '@s3/interface/tensors';
import { z } from 'zod';
import { activityStretches, type Decision, type FrameStretch } from './activity-segments.ts';
import { clusterVoices, type Voice } from './cluster-voices.ts';
import { type Chunk, orderAfter } from './join-chunks.ts';
import { rttmText } from './rttm-text.ts';
import type { SpeakerSegment } from './speaker-segment.ts';

export const recordingSettings = z.strictObject({
  chunkSeconds: z.number().positive().default(20).describe('seconds that the model hears at once, such as those it was trained on'),
  overlapSeconds: z.number().min(0).default(5).describe('seconds that chunks share, by which their speakers are told'),
  chunksAtOnce: z.int().positive().default(4).describe('chunks that pass through the model together'),
});

interface Wiring {
  readonly model: WaveformModel<Frames>;
  readonly probabilitiesOf: (waveforms: Waveforms) => Promise<Sequence[]>;
  readonly samplesPerFrame: number;
  readonly decision: () => Decision;
}

/** Speech alone of a voice that an embedding is made of: less says little, more says nothing new. */
const [fewestSeconds, mostSeconds] = [0.5, 10];

/**
 * Says who speaks when in a recording of any length.
 *
 * The recording is read in overlapping chunks and of each only the segments are kept (and an embedding for each voice). Speakers are
 * the same across chunks by the order that agrees best where two chunks overlap, which loses a speaker who is silent
 * there, or, with a speaker model, by clustering the embeddings of the voices.
 */
export function recordingPredictor(
  { model, probabilitiesOf, samplesPerFrame, decision }: Wiring,
  settings: z.output<typeof recordingSettings>,
) {
  const { chunkSeconds, overlapSeconds, chunksAtOnce } = settings;
  const secondsPerFrame = samplesPerFrame / model.sampleRate;
  const chunkFrames = Math.max(1, Math.round(chunkSeconds / secondsPerFrame));
  const overlapFrames = Math.round(overlapSeconds / secondsPerFrame);
  if (overlapFrames >= chunkFrames) {
    const remedy = 'Let chunks share less, or make them longer.';
    throw new InputError(
      settingPath(settings, 'overlapSeconds'),
      String(overlapSeconds),
      `less than chunkSeconds (${chunkSeconds})`,
      remedy,
    );
  }

  return async (
    recording: RecordingSource,
    { onProgress, speakerModel, speakers = model.outputSize }: RecordingOptions = {},
  ): Promise<RecordingPrediction<readonly SpeakerSegment[]>> => {
    const { name, samples } = recording;
    checkRates(recording, model, speakerModel);
    const totalSeconds = samples / recording.sampleRate;
    const starts = chunkStarts(Math.ceil(samples / samplesPerFrame), chunkFrames, chunkFrames - overlapFrames);
    // one chunk hands over to the next in the middle of what they share
    const handOver = (chunk: number) =>
      chunk === 0 ? 0 : (starts[chunk] ?? Number.POSITIVE_INFINITY) + Math.floor((starts[chunk - 1]! + chunkFrames - starts[chunk]!) / 2);

    const pieces: (FrameStretch & { readonly voice: number })[] = [];
    const voices: Voice[] = [];
    let [before, order]: [Chunk | undefined, number[]] = [undefined, Array.from({ length: model.outputSize }, (_, output) => output)];
    for (let first = 0; first < starts.length; first += chunksAtOnce) {
      const group = starts.slice(first, first + chunksAtOnce);
      const waveforms: Float32Array[] = [];
      for (const start of group) {
        waveforms.push(await recording.read(start * samplesPerFrame, Math.min(samples, (start + chunkFrames) * samplesPerFrame)));
      }
      const batch = paddedWaveforms(waveforms);
      const all = await probabilitiesOf(batch).finally(() => batch.values.dispose());
      for (const [place, probabilities] of all.entries()) {
        const number = first + place;
        const chunk = { startFrame: group[place]!, probabilities };
        const identity = Array.from({ length: model.outputSize }, (_, output) => output);
        const linked = before && orderAfter(before, identity, chunk);
        if (linked) order = linked.map((output) => order[output]!);
        before = chunk;
        const stretches = activityStretches(probabilities, decision());
        const [from, to] = [handOver(number), number + 1 < starts.length ? handOver(number + 1) : Number.POSITIVE_INFINITY];
        for (const stretch of stretches) {
          const [start, end] = [Math.max(from, chunk.startFrame + stretch.first), Math.min(to, chunk.startFrame + stretch.end)];
          const voice = number * model.outputSize + stretch.speaker;
          if (start < end) pieces.push({ voice, speaker: order[stretch.speaker]!, first: start, end });
        }
        if (speakerModel) voices.push(...(await voicesOf(number, stretches, waveforms[place]!, linked, speakerModel)));
      }
      const reached = Math.min(samples, (group.at(-1)! + chunkFrames) * samplesPerFrame);
      onProgress?.(reached / recording.sampleRate, totalSeconds);
    }
    const clustered = speakerModel && clusterVoices(voices, speakers);
    const joined = joinTouching(clustered ? pieces.map((piece) => ({ ...piece, speaker: clustered[piece.voice]! })) : pieces);
    const prediction = joined.map(({ speaker, first, end }) => ({
      recording: name,
      speaker: `${name}_${speaker}`,
      startSeconds: first * secondsPerFrame,
      endSeconds: Math.min(end * secondsPerFrame, totalSeconds),
    }));
    return { prediction, text: { format: 'rttm', content: rttmText(prediction) } };
  };

  /** The voices of a chunk, with embeddings of the speech in which nobody else speaks. */
  async function voicesOf(
    chunk: number,
    stretches: readonly FrameStretch[],
    waveform: Float32Array,
    linked: readonly number[] | undefined,
    speakerModel: NonNullable<RecordingOptions['speakerModel']>,
  ): Promise<Voice[]> {
    const fewest = Math.max(fewestSeconds * model.sampleRate, speakerModel.model.minSamples ?? 1);
    const speech = Array.from({ length: model.outputSize }, (_, output) => {
      const alone = samplesOf(output, stretches, waveform, true);
      return alone.length >= fewest ? alone : samplesOf(output, stretches, waveform, false);
    });
    const enough = speech.filter((part) => part.length >= fewest);
    const embeddings: (Float32Array | undefined)[] = [];
    if (enough.length > 0) {
      const batch = paddedWaveforms(enough);
      const predictions = await speakerModel.predict(batch).finally(() => batch.values.dispose());
      if (!predictions.every((prediction) => prediction instanceof Float32Array)) {
        throw new WiringError(
          'the speaker model',
          'predicts no embeddings',
          'speakers are told by them; give a speaker verification model',
        );
      }
      let next = 0;
      for (const part of speech) embeddings.push(part.length >= fewest ? (predictions[next++] as Float32Array) : undefined);
    }
    return speech.map((part, output) => ({
      chunk,
      output,
      embedding: embeddings[output],
      weight: Math.max(part.length, 1) / model.sampleRate,
      continues: linked?.[output],
    }));
  }

  /** The samples of one output's stretches, one after the other; without those in which another one speaks if it is to be alone. */
  function samplesOf(output: number, stretches: readonly FrameStretch[], waveform: Float32Array, isAlone: boolean): Float32Array {
    const others = stretches.filter(({ speaker }) => isAlone && speaker !== output);
    const most = Math.round(mostSeconds * model.sampleRate);
    const parts: Float32Array[] = [];
    for (const { speaker, first, end } of stretches) {
      if (speaker !== output) continue;
      let from = first;
      const later = others.filter((other) => other.end > first && other.first < end).sort((a, b) => a.first - b.first);
      for (const other of [...later, { first: end, end }]) {
        if (other.first > from) parts.push(waveform.subarray(from * samplesPerFrame, other.first * samplesPerFrame));
        from = Math.max(from, other.end);
      }
    }
    const whole = new Float32Array(
      Math.min(
        most,
        parts.reduce((sum, part) => sum + part.length, 0),
      ),
    );
    let filled = 0;
    for (const part of parts) {
      const fitting = part.subarray(0, whole.length - filled);
      whole.set(fitting, filled);
      filled += fitting.length;
    }
    return whole;
  }
}

function checkRates(
  { name, samples, sampleRate }: RecordingSource,
  model: WaveformModel<Frames>,
  speakerModel: RecordingOptions['speakerModel'],
): void {
  const fewest = model.minSamples ?? 1;
  if (samples < fewest) {
    const seconds = (count: number) => `${(count / sampleRate).toFixed(3)} s`;
    throw new InputError(name, `${samples} samples (${seconds(samples)})`, `at least ${fewest} (${seconds(fewest)})`, 'Leave it out.');
  }
  for (const [part, rate] of [
    ['the diarization model', model.sampleRate],
    ['the speaker model', speakerModel?.model.sampleRate ?? sampleRate],
  ] as const) {
    if (rate !== sampleRate) throw new WiringError(part, `takes ${rate} Hz`, `the recording is read at ${sampleRate} Hz; resample it`);
  }
}

/** Frames at which chunks begin; the last one ends with the recording, whole if that is long enough. */
function chunkStarts(frames: number, chunkFrames: number, hop: number): number[] {
  const starts = [0];
  while (starts.at(-1)! + chunkFrames < frames) starts.push(Math.min(starts.at(-1)! + hop, frames - chunkFrames));
  return starts;
}

/** Stretches of one speaker that touch or overlap as one, in the order of time. */
function joinTouching(stretches: readonly FrameStretch[]): FrameStretch[] {
  const joined: FrameStretch[] = [];
  const last = new Map<number, number>();
  for (const stretch of [...stretches].sort((a, b) => a.first - b.first || a.speaker - b.speaker)) {
    const place = last.get(stretch.speaker);
    const touching = place === undefined ? undefined : joined[place]!;
    if (touching && touching.end >= stretch.first) {
      joined[place!] = { ...touching, end: Math.max(touching.end, stretch.end) };
    } else {
      last.set(stretch.speaker, joined.length);
      joined.push({ speaker: stretch.speaker, first: stretch.first, end: stretch.end });
    }
  }
  return joined;
}
