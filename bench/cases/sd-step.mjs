import { dispose, tensor3d } from '@tensorflow/tfjs-core';
import { superbDiarization } from '../../packages/downstream/dist/index.js';
import { randomStream } from '../../packages/interface/dist/index.js';
import { speakerDiarization } from '../../packages/task-diarization/dist/index.js';
import { share, shareJson, uniformFloats } from '../inputs.mjs';
import { noBatches, onHiddenStates, updates } from '../updates.mjs';

const [batchSize, frames, features, speakers] = [8, 500, 768, 2];

/** One update of SUPERB's diarization model from hidden states as large as those of HuBERT-base. */
export default async function prepare({ folder }) {
  const values = uniformFloats(batchSize * frames * features, 1, 'hidden states');
  const active = uniformFloats(batchSize * frames * speakers, 1, 'activity').map((value) => (value > 0 ? 1 : 0));
  const model = onHiddenStates(features, (input) => superbDiarization({ input, outputSize: speakers }));
  const task = speakerDiarization({ model });
  const { weights, update, dispose: disposeUpdates } = await updates(folder, task);

  await share(folder, 'hidden.f32', values);
  await share(folder, 'active.f32', active);
  await shareJson(folder, 'sizes.json', { batchSize, frames, features, speakers, weights });

  const rows = Array.from({ length: batchSize }, (_, row) => row);
  const batch = {
    recordings: rows.map(String),
    startFrames: rows.map(() => 0),
    activities: rows.map((row) => ({
      values: active.subarray(row * frames * speakers, (row + 1) * frames * speakers),
      frames,
      features: speakers,
    })),
  };
  const prepared = { layers: [{ values: tensor3d(values, [batchSize, frames, features]), lengths: rows.map(() => frames) }] };
  const phase = task.train.over(noBatches);
  return {
    work: `one AdamW update of an LSTM layer of 512 and the permutation-invariant loss, ${batchSize} x ${frames} frames x ${features}`,
    target: 1,
    tolerance: 1e-3,
    run: async () => [await update(() => phase.step(batch, prepared, { training: true, random: randomStream('bench') }).loss)],
    dispose() {
      dispose(prepared.layers[0].values);
      disposeUpdates();
    },
  };
}
