import { readAudio } from '../../packages/dataio/dist/index.js';
import { meanMagnitude } from '../inputs.mjs';
import { readings, writeClips } from './wav-read.mjs';

/** A second out of the middle of 16-bit WAV files. */
export default async function prepare({ folder }) {
  const paths = await writeClips(folder);
  return {
    work: `one second out of each of 100 WAV files, ${readings} times over`,
    target: 1,
    tolerance: 1e-4,
    async run() {
      let waveform;
      for (let reading = 0; reading < readings; reading++) {
        for (const path of paths) waveform = await readAudio(path, { startSeconds: 1, endSeconds: 2 });
      }
      return [meanMagnitude(waveform)];
    },
  };
}
