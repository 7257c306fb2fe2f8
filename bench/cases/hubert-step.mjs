import { clone, dispose, keep, mean, square } from '@tensorflow/tfjs-core';
import { tsImport } from 'tsx/esm/api';
import { randomStream } from '../../packages/interface/dist/index.js';
import { hubertInputs } from '../hubert.mjs';

// the trainer's own step, which it does not export
const trainer = (file) => tsImport(`../../packages/trainer/src/${file}.ts`, import.meta.url);
const { gradientsOf } = await trainer('training/gradients');
const { optimizer: makeOptimizer } = await trainer('optimizers/optimizer');
const { optimizerSettings, resolveOptimizer } = await trainer('optimizers/optimizer-settings');

/** One update of the encoder, its convolutions frozen, dropout as in its settings. */
export default async function prepare({ folder }, shape) {
  const { upstream, waveforms, dispose: end } = await hubertInputs(folder, shape);
  const weights = new Map(Object.entries(upstream.state().tensors).filter(([, weight]) => upstream.trainable.includes(weight)));
  const optimizer = makeOptimizer(weights, resolveOptimizer(optimizerSettings.parse({ name: 'AdamW', learningRate: 1e-6 })));
  let step = 0;
  return {
    work: `HuBERT base with random weights, ${shape ? `its first ${shape.layers} layers, one AdamW update from 1 x 10 s` : 'one AdamW update from 1 x 10 s and one from 4 x 10 s'}, convolutions frozen`,
    target: 1.2,
    // chance differs: the dropout of one is not that of the other
    tolerance: 0.05,
    async run() {
      const check = [];
      for (const batch of waveforms) {
        let loss;
        const gradients = gradientsOf(() => {
          loss = keep(mean(square(upstream.forward(batch, { training: true, random: randomStream('bench', step++) }).at(-1).values)));
          return clone(loss);
        }, weights);
        check.push((await loss.data())[0]);
        optimizer.step(gradients, { learningRate: 1e-6 }, 1);
        dispose([loss, ...gradients.values()]);
      }
      return check;
    },
    dispose() {
      optimizer.dispose();
      end();
    },
  };
}
