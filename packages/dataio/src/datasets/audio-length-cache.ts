import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WaveformRequest } from './read-waveform.ts';

/** Lengths that took decoding to find, kept from run to run. */
export interface AudioLengthCache {
  readonly find: (request: WaveformRequest) => number | undefined;
  readonly keep: (request: WaveformRequest, samples: number) => void;
  readonly save: () => void;
}

/**
 * Lengths of utterances in `audio-lengths.json` of a folder, by file, its size and time of change, part and effects.
 *
 * S3PRL keeps them by position in the list, and so goes on with old lengths after the list was edited.
 */
export function audioLengthCache(cacheDir: string): AudioLengthCache {
  const file = join(cacheDir, 'audio-lengths.json');
  const lengths = new Map<string, number>(Object.entries(readLengths(file)));
  let changed = false;
  const keyOf = ({ path, startSeconds, endSeconds, sampleRate, gainDecibels, trimSilence }: WaveformRequest): string | undefined => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && JSON.stringify([path, stats.size, stats.mtimeMs, startSeconds, endSeconds, sampleRate, gainDecibels, trimSilence]);
  };
  return {
    find: (request) => lengths.get(keyOf(request) ?? ''),
    keep(request, samples) {
      const key = keyOf(request);
      if (key === undefined) return;
      lengths.set(key, samples);
      changed = true;
    },
    save() {
      if (!changed) return;
      mkdirSync(cacheDir, { recursive: true });
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(Object.fromEntries(lengths)));
      renameSync(`${file}.${process.pid}`, file);
    },
  };
}

/** A cache that is missing or damaged is made anew. */
function readLengths(file: string): { [key: string]: number } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
