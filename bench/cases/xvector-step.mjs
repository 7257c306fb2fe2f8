import { dispose, tensor1d, tensor3d } from '@tensorflow/tfjs-core';
import { tsImport } from 'tsx/esm/api';
import { categoryEncoder } from '../../packages/dataio/dist/index.js';
import { superbXvector } from '../../packages/downstream/dist/index.js';
import { connect, moduleOf, randomStream } from '../../packages/interface/dist/index.js';
import { speakerVerification } from '../../packages/task-asv/dist/index.js';
import { share, shareJson, uniformFloats } from '../inputs.mjs';

// the trainer's own step, which it does not export
const trainer = (file) => tsImport(`../../packages/trainer/src/${file}.ts`, import.meta.url);
const { gradientsOf, globalNorm, clippingScale } = await trainer('gradients');
const { namedWeights } = await trainer('named-weights');
const { optimizer: makeOptimizer } = await trainer('optimizers/optimizer');
const { optimizerSettings, resolveOptimizer } = await trainer('optimizers/optimizer-settings');

const [batchSize, frames, features, speakers] = [10, 500, 768, 1251];

/** One update of SUPERB's speaker verification model from hidden states as large as those of HuBERT-base. */
export default async function prepare({ folder }) {
  const values = uniformFloats(batchSize * frames * features, 1, 'hidden states');
  const classes = Int32Array.from({ length: batchSize }, (_, row) => (row * 123) % speakers);
  const layer = { size: features, downsampleRate: 320 };
  const nothing = moduleOf({});
  const model = connect(
    { ...nothing, sampleRate: 16_000, layers: [layer], extract: async () => [] },
    { ...nothing, output: layer, forward: ([only]) => only },
    superbXvector(layer),
  );
  const names = Array.from({ length: speakers }, (_, speaker) => String(10_000 + speaker));
  const task = speakerVerification({ model, speakers: categoryEncoder(names) }, { margin: 0.4, scale: 30 });
  const weights = namedWeights(task);
  const settings = resolveOptimizer(optimizerSettings.parse({ name: 'AdamW', learningRate: 1e-4 }));
  const optimizer = makeOptimizer(weights, settings);

  await share(folder, 'hidden.f32', values);
  await share(folder, 'classes.i32', classes);
  const shapes = {};
  for (const [name, weight] of weights) {
    shapes[name] = weight.shape;
    await share(folder, `${name}.f32`, await weight.data());
  }
  await shareJson(folder, 'sizes.json', { batchSize, frames, features, speakers, weights: shapes });

  const batch = { speakers: tensor1d(classes, 'int32') };
  const prepared = { layers: [{ values: tensor3d(values, [batchSize, frames, features]), lengths: Array(batchSize).fill(frames) }] };
  const phase = task.train.over(null);
  let step = 0;
  return {
    work: `one AdamW update of the x-vector and AM-softmax of ${speakers} speakers, ${batchSize} x ${frames} frames x ${features}`,
    target: 0.75,
    tolerance: 1e-3,
    async run() {
      let loss;
      const gradients = gradientsOf(() => {
        loss = phase.step(batch, prepared, { training: true, random: randomStream('bench', step++) }).loss;
        return loss;
      }, weights);
      const norm = await globalNorm(gradients);
      optimizer.step(gradients, { learningRate: 1e-4 }, clippingScale(norm, 1000));
      dispose([...gradients.values()]);
      return [norm];
    },
    dispose() {
      dispose([batch.speakers, prepared.layers[0].values]);
      optimizer.dispose();
      task.dispose();
      model.dispose();
    },
  };
}
