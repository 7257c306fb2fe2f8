import { resample } from '../../packages/dataio/dist/index.js';
import { meanMagnitude, share, shareJson, uniformFloats } from '../inputs.mjs';

const [clips, seconds, fromRate, toRate] = [50, 4, 44_100, 16_000];

/** Clips of 44.1 kHz to 16 kHz. */
export default async function prepare({ folder }) {
  const samples = seconds * fromRate;
  const waveforms = Array.from({ length: clips }, (_, clip) => uniformFloats(samples, 0.9, 'waveform', clip));
  for (const [clip, waveform] of waveforms.entries()) await share(folder, `${clip}.f32`, waveform);
  await shareJson(folder, 'sizes.json', { clips, fromRate, toRate });
  return {
    work: `${clips} clips of ${seconds} s, 44.1 to 16 kHz`,
    target: 1,
    tolerance: 1e-5,
    async run() {
      let resampled;
      for (const waveform of waveforms) resampled = resample(waveform, fromRate, toRate);
      return [meanMagnitude(resampled)];
    },
  };
}
