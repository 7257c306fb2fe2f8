import { join } from 'node:path';
import { readAudio } from '../../packages/dataio/dist/index.js';
import { meanMagnitude, shareJson, uniformFloats, writeWav } from '../inputs.mjs';

const [files, sampleRate] = [100, 16_000];
// a round of one reading takes milliseconds, of which the processor gives some half the speed of others
export const readings = 20;

/** Whole 16-bit WAV files, read one after the other, twenty times over. */
export default async function prepare({ folder }) {
  const paths = await writeClips(folder);
  return {
    work: `${files} WAV files, 479 s, ${readings} times over`,
    target: 1,
    tolerance: 1e-4,
    async run() {
      let waveform;
      for (let reading = 0; reading < readings; reading++) {
        for (const path of paths) waveform = await readAudio(path);
      }
      return [meanMagnitude(waveform)];
    },
  };
}

/** Writes the files, 3.8 to 5.8 s long, and their list for the peer. */
export async function writeClips(folder) {
  const paths = Array.from({ length: files }, (_, file) => join(folder, `${file}.wav`));
  for (const [file, path] of paths.entries()) {
    await writeWav(path, uniformFloats(Math.round((3.8 + (file * 1.98) / 99) * sampleRate), 0.5, 'file', file), sampleRate);
  }
  await shareJson(folder, 'paths.json', paths);
  return paths;
}
