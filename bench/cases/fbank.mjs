import { tensor2d } from '@tensorflow/tfjs-core';
import { fbank } from '../../packages/upstream/dist/index.js';
import { meanMagnitude, share, shareJson, uniformFloats } from '../inputs.mjs';

const [batches, batchSize, samples] = [10, 10, 64_000];

/** The fbank upstream: 80 mel energies, two orders of deltas, normalized. */
export default async function prepare({ folder }) {
  const values = Array.from({ length: batches }, (_, batch) => uniformFloats(batchSize * samples, 0.5, 'waveforms', batch));
  for (const [batch, waveforms] of values.entries()) await share(folder, `${batch}.f32`, waveforms);
  await shareJson(folder, 'sizes.json', { batches, batchSize, samples });
  const upstream = fbank(undefined);
  const lengths = Array(batchSize).fill(samples);
  return {
    work: `fbank with deltas and CMVN of ${batches} batches of ${batchSize} x 4 s`,
    target: 1,
    tolerance: 1e-3,
    async run() {
      let last;
      for (const batch of values) {
        const waveforms = tensor2d(batch, [batchSize, samples]);
        const [frames] = await upstream.extract({ values: waveforms, lengths });
        last = await frames.values.data();
        waveforms.dispose();
        frames.values.dispose();
      }
      return [meanMagnitude(last)];
    },
    dispose: () => upstream.dispose(),
  };
}
