import { dispose, tensor1d, tensor3d } from '@tensorflow/tfjs-core';
import { categoryEncoder } from '../../packages/dataio/dist/index.js';
import { superbXvector } from '../../packages/downstream/dist/index.js';
import { randomStream } from '../../packages/interface/dist/index.js';
import { speakerVerification } from '../../packages/task-asv/dist/index.js';
import { share, shareJson, uniformFloats } from '../inputs.mjs';
import { noBatches, onHiddenStates, updates } from '../updates.mjs';

const [batchSize, frames, features, speakers] = [10, 500, 768, 1251];

/** One update of SUPERB's speaker verification model from hidden states as large as those of HuBERT-base. */
export default async function prepare({ folder }, target = 0.75) {
  const values = uniformFloats(batchSize * frames * features, 1, 'hidden states');
  const classes = Int32Array.from({ length: batchSize }, (_, row) => (row * 123) % speakers);
  const names = Array.from({ length: speakers }, (_, speaker) => String(10_000 + speaker));
  const model = onHiddenStates(features, superbXvector);
  const task = speakerVerification({ model, speakers: categoryEncoder(names) }, { margin: 0.4, scale: 30 });
  const { weights, update, dispose: disposeUpdates } = await updates(folder, task);

  await share(folder, 'hidden.f32', values);
  await share(folder, 'classes.i32', classes);
  await shareJson(folder, 'sizes.json', { batchSize, frames, features, speakers, weights });

  const batch = { speakers: tensor1d(classes, 'int32') };
  const prepared = { layers: [{ values: tensor3d(values, [batchSize, frames, features]), lengths: Array(batchSize).fill(frames) }] };
  const phase = task.train.over(noBatches);
  let step = 0;
  return {
    work: `one AdamW update of the x-vector and AM-softmax of ${speakers} speakers, ${batchSize} x ${frames} frames x ${features}`,
    target,
    tolerance: 1e-3,
    run: async () => [await update(() => phase.step(batch, prepared, { training: true, random: randomStream('bench', step++) }).loss)],
    dispose() {
      dispose([batch.speakers, prepared.layers[0].values]);
      disposeUpdates();
    },
  };
}
