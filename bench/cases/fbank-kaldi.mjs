import { tensor2d } from '@tensorflow/tfjs-core';
import { fbank } from '../../packages/upstream/dist/index.js';
import { meanMagnitude, share, shareJson, uniformFloats } from '../inputs.mjs';

const [clips, batchSize, samples] = [100, 10, 64_000];

/** Mel energies alone, without deltas and normalization. */
export default async function prepare({ folder }) {
  const values = uniformFloats(clips * samples, 0.5, 'waveforms');
  await share(folder, 'waveforms.f32', values);
  await shareJson(folder, 'sizes.json', { clips, samples });
  const upstream = fbank(undefined, { deltaOrder: 0, cmvn: false });
  const lengths = Array(batchSize).fill(samples);
  return {
    work: `80 log mel energies of ${clips} clips of 4 s`,
    target: 1,
    tolerance: 1e-3,
    async run() {
      let last;
      for (let clip = 0; clip < clips; clip += batchSize) {
        const waveforms = tensor2d(values.subarray(clip * samples, (clip + batchSize) * samples), [batchSize, samples]);
        const [frames] = await upstream.extract({ values: waveforms, lengths });
        last = await frames.values.data();
        waveforms.dispose();
        frames.values.dispose();
      }
      return [meanMagnitude(last.subarray((last.length / batchSize) * (batchSize - 1)))];
    },
    dispose: () => upstream.dispose(),
  };
}
