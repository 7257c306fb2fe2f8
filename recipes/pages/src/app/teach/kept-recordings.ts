import { resample } from '@s3/dataio';
import { InputError } from '@s3/interface';
import { asStored, judgeRecording, levelOf } from '@s3/own-classes/teach';
import type { AudioInput } from '../protocol.ts';
import { readableRecording } from '../recordings/readable-recording.ts';
import type { Kept } from './protocol.ts';

/** More is never read of a file, however long it is. */
const mostReadSeconds = 40;

/** Recordings at the model's rate, by number. */
export interface KeptRecordings {
  readonly keep: (input: AudioInput) => Promise<Kept>;
  readonly add: (name: string, waveform: Float32Array) => Kept;
  readonly forget: (ids: readonly number[]) => void;
  readonly get: (id: number) => { readonly name: string; readonly waveform: Float32Array };
  readonly clear: () => void;
}

/** The samples of a recording at this rate, only the beginning of a long one. */
export async function waveformOf(
  input: AudioInput,
  sampleRate: number,
): Promise<{ readonly name: string; readonly waveform: Float32Array<ArrayBuffer> }> {
  const { name, info, read } = await readableRecording(input);
  const most = Math.min(info.samples, Math.round(mostReadSeconds * info.sampleRate));
  return { name, waveform: resample(await read(0, most), info.sampleRate, sampleRate) };
}

export function keptRecordings(sampleRate: number): KeptRecordings {
  const all = new Map<number, { readonly name: string; readonly waveform: Float32Array }>();
  let next = 1;

  const add = (name: string, waveform: Float32Array): Kept => {
    const level = levelOf(waveform, sampleRate);
    const trouble = judgeRecording(level);
    if (trouble?.isRefused)
      throw new InputError(name, `a recording that ${trouble.text.split('. ')[0]}`, 'one that shows the class', lastWords(trouble.text));
    const id = next++;
    all.set(id, { name, waveform });
    return { id, name, seconds: level.seconds, peaks: peaksOf(waveform), warning: trouble?.text };
  };

  return {
    add,
    async keep(input) {
      const { name, waveform } = await waveformOf(input, sampleRate);
      return add(name, asStored(waveform));
    },
    forget: (ids) => ids.forEach((id) => void all.delete(id)),
    get(id) {
      const found = all.get(id);
      if (!found) throw new Error(`there is no recording ${id}`);
      return found;
    },
    clear: () => all.clear(),
  };
}

const lastWords = (text: string) => text.split('. ').slice(1).join('. ');

function peaksOf(waveform: Float32Array): Float32Array {
  const peaks = new Float32Array(60);
  waveform.forEach((sample, index) => {
    const part = Math.floor((index * peaks.length) / waveform.length);
    peaks[part] = Math.max(peaks[part]!, Math.abs(sample));
  });
  return peaks;
}
