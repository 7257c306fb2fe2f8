import {
  InputError,
  type RecordingOptions,
  type RecordingPrediction,
  type RecordingSource,
  type Sequence,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import { paddedWaveforms } from '@s3/interface/tensors';
import { type ChunkSettings, chunkFrames } from './chunk-frames.ts';
import { eventLines } from './event-lines.ts';
import type { FrameEventFinder, FrameStretch } from './frame-events.ts';
import { withFrames } from './join-chunks.ts';
import type { SoundEvent } from './sound-event.ts';

interface Wiring {
  readonly model: Pick<WaveformModel<unknown>, 'sampleRate' | 'downsampleRate' | 'minSamples'>;
  readonly probabilitiesOf: (waveforms: Waveforms) => Promise<Sequence[]>;
  readonly finder: () => FrameEventFinder;
  readonly eventsOf: (recording: string, stretches: readonly FrameStretch[]) => SoundEvent[];
}

/** Chunks that pass through the model together. */
const chunksAtOnce = 4;

/** Says what sounds when in a recording of any length: read chunk by chunk as a test set is, of whose frames only the decisions are kept. */
export function recordingPredictor(
  { model, probabilitiesOf, finder, eventsOf }: Wiring,
  settings: ChunkSettings,
): (recording: RecordingSource, options?: RecordingOptions) => Promise<RecordingPrediction<readonly SoundEvent[]>> {
  const { sampleRate, downsampleRate, minSamples = 1 } = model;
  const { keepShortChunk } = settings;
  const frameCount = chunkFrames(settings, { sampleRate, samplesPerFrame: downsampleRate });

  return async (recording, { onProgress, speakerModel, speakers } = {}) => {
    refuseUnfit(recording, { sampleRate, minSamples });
    if (speakerModel !== undefined || speakers !== undefined) {
      const found = speakerModel === undefined ? `${speakers} speakers` : 'a speaker model';
      throw new InputError('event-prediction', found, 'a recording alone, since sounds have no speakers', 'Leave it out.');
    }
    const { name, samples } = recording;
    // as many frames as the labels of a test set have: what is left of the last one is not heard
    const frames = Math.max(1, Math.floor(samples / downsampleRate));
    const chunks: { readonly start: number; readonly count: number }[] = [];
    for (let start = 0; start < frames; start += frameCount) {
      const count = Math.min(frameCount, frames - start);
      if (start === 0 || (count * downsampleRate >= minSamples && (keepShortChunk || count === frameCount))) chunks.push({ start, count });
    }
    const found = finder();
    for (let first = 0; first < chunks.length; first += chunksAtOnce) {
      const group = chunks.slice(first, first + chunksAtOnce);
      const waveforms: Float32Array[] = [];
      for (const { start, count } of group) {
        waveforms.push(await recording.read(start * downsampleRate, Math.min(samples, (start + count) * downsampleRate)));
      }
      const batch = paddedWaveforms(waveforms);
      const all = await probabilitiesOf(batch).finally(() => batch.values.dispose());
      for (const [place, { count }] of group.entries()) found.push(withFrames(all[place]!, count));
      const { start, count } = group.at(-1)!;
      onProgress?.(Math.min(samples, (start + count) * downsampleRate) / sampleRate, samples / sampleRate);
    }
    const prediction = eventsOf(name, found.finish());
    return { prediction, text: { format: 'tsv', content: eventLines(prediction) } };
  };
}

function refuseUnfit(
  { name, samples, sampleRate }: RecordingSource,
  model: { readonly sampleRate: number; readonly minSamples: number },
): void {
  if (sampleRate !== model.sampleRate) {
    throw new WiringError('the model', `takes ${model.sampleRate} Hz`, `the recording is read at ${sampleRate} Hz; resample it`);
  }
  const fewest = Math.max(1, model.minSamples);
  if (samples >= fewest) return;
  const seconds = (count: number) => `${(count / sampleRate).toFixed(3)} s`;
  throw new InputError(name, `${samples} samples (${seconds(samples)})`, `at least ${fewest} (${seconds(fewest)})`, 'Leave it out.');
}
