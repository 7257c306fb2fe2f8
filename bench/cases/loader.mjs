import { audioDataset, dataLoader, fixedBatchSampler, padWaveforms } from '../../packages/dataio/dist/index.js';
import { meanMagnitude } from '../inputs.mjs';
import { writeClips } from './wav-read.mjs';

/** An epoch of padded batches, read ahead by as many workers as there are cores. */
export default async function prepare({ folder, cores }) {
  const paths = await writeClips(folder);
  const dataset = await audioDataset({ utterances: paths.map((path, id) => ({ id: String(id), path })), workers: cores });
  const sampler = fixedBatchSampler(dataset, { batchSize: 10 });
  const loader = dataLoader({ dataset, sampler, collate: padWaveforms });
  return {
    work: `an epoch of 10 batches of 10 WAV files, 479 s, ${cores} workers`,
    target: 1,
    tolerance: 1e-4,
    async run() {
      let last;
      for await (const { values } of loader.epoch(0)) {
        last = await values.data();
        values.dispose();
      }
      return [meanMagnitude(last)];
    },
  };
}
