import { ToldError } from '../calls/told-error.ts';
import { duration } from '../element.ts';
import type { AudioInput } from '../protocol.ts';
import { codedSound } from './coded-sound.ts';
import { expectedToDecode, mostDecodedBytes, remedyToDecode } from './decoded-limit.ts';

/** larger ones are not read into memory to look at them */
const mostBytes = 2 ** 28;
/** of a file that does not tell how long it is: some minutes at rates in use, and no more than memory holds at the lowest */
const mostUntoldBytes = 2 ** 22;
/** Hz, where the file does not tell its own: the rate that browsers' own recordings have */
const usualRate = 48_000;

/**
 * A recording that our decoders do not read (M4A, AAC, WebM and what else a browser knows) as the samples that the browser makes of it, at its own rate; every other as
 * it is. Workers have no decoder, so this is done in the page.
 *
 * @throws ToldError for a file that is longer than memory holds, and for one that the browser does not read either
 */
export async function decodedByBrowser(input: AudioInput): Promise<AudioInput> {
  if (!('file' in input)) return input;
  const { file } = input;
  const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  if (codedSound(head) === undefined) return input;
  if (file.size > mostBytes) throw tooLong(file.name, `${Math.round(file.size / 2 ** 20)} MiB`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { format, sampleRate = usualRate, channels = 2, seconds } = codedSound(bytes)!;
  if (seconds === undefined ? bytes.length > mostUntoldBytes : seconds * sampleRate * channels * 4 > mostDecodedBytes)
    throw tooLong(
      file.name,
      seconds === undefined ? `${(bytes.length / 2 ** 20).toFixed(1)} MiB that does not tell its length` : duration(seconds),
    );

  const buffer = await new OfflineAudioContext(1, 1, rateForContext(sampleRate)).decodeAudioData(bytes.buffer).catch(() => {
    throw new ToldError(
      `${file.name}: found no sound that this browser or this page can decode${format === 'unknown' ? '' : ` in a file of the format ${format}`}. It may be broken or cut short, or of a kind that only other browsers read. Choose WAV, FLAC, MP3, Ogg or AIFF, or convert it: ffmpeg -i OLD NEW.wav.`,
    );
  });
  const name = file.name.replace(/\.[^.]+$/, '');
  return { name, samples: mean(buffer), sampleRate: buffer.sampleRate, decoded: { format, channels: buffer.numberOfChannels } };
}

/** Contexts take these rates at least; a recording at another one is resampled by the browser. */
const rateForContext = (sampleRate: number) => Math.min(96_000, Math.max(8000, sampleRate));

/** Mean of the channels, as of files that our decoders read. */
function mean(buffer: AudioBuffer): Float32Array {
  const samples = buffer.getChannelData(0);
  for (let channel = 1; channel < buffer.numberOfChannels; channel++) {
    const other = buffer.getChannelData(channel);
    for (let place = 0; place < samples.length; place++) samples[place] = samples[place]! + other[place]!;
  }
  if (buffer.numberOfChannels > 1)
    for (let place = 0; place < samples.length; place++) samples[place] = samples[place]! / buffer.numberOfChannels;
  return samples;
}

const tooLong = (name: string, found: string) =>
  new ToldError(`${name}: found a recording of ${found}; expected ${expectedToDecode}. ${remedyToDecode}`);
