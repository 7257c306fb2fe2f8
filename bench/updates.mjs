import { dispose } from '@tensorflow/tfjs-core';
import { tsImport } from 'tsx/esm/api';
import { connect, moduleOf } from '../packages/interface/dist/index.js';
import { share } from './inputs.mjs';

// the trainer's own step, which it does not export
const trainer = (file) => tsImport(`../packages/trainer/src/${file}.ts`, import.meta.url);
const { gradientsOf, globalNorm, clippingScale } = await trainer('training/gradients');
const { namedWeights } = await trainer('training/named-weights');
const { optimizer: makeOptimizer } = await trainer('optimizers/optimizer');
const { optimizerSettings, resolveOptimizer } = await trainer('optimizers/optimizer-settings');

/** For a phase whose steps are given their batch. */
export const noBatches = { length: 0, async *epoch() {} };

const learningRate = 1e-4;
const clipNorm = 1000;

/** A downstream model on hidden states that are there already, as those of a frozen upstream are. */
export function onHiddenStates(features, downstream) {
  const layer = { size: features, downsampleRate: 320 };
  const nothing = moduleOf({});
  return connect(
    { ...nothing, sampleRate: 16_000, layers: [layer], extract: async () => [] },
    { ...nothing, output: layer, forward: ([only]) => only },
    downstream(layer),
  );
}

/**
 * Updates of a task's weights by AdamW, as the trainer makes them.
 *
 * Writes the weights, one file each, for the peer to start from; `weights` are their shapes. `update` takes the loss
 * and gives the norm of its gradients.
 */
export async function updates(folder, task) {
  const weights = namedWeights(task);
  const optimizer = makeOptimizer(weights, resolveOptimizer(optimizerSettings.parse({ name: 'AdamW', learningRate })));
  for (const [name, weight] of weights) await share(folder, `${name}.f32`, await weight.data());
  return {
    weights: Object.fromEntries([...weights].map(([name, weight]) => [name, weight.shape])),
    async update(loss) {
      const gradients = gradientsOf(loss, weights);
      const norm = await globalNorm(gradients);
      optimizer.step(gradients, { learningRate }, clippingScale(norm, clipNorm));
      dispose([...gradients.values()]);
      return norm;
    },
    dispose() {
      optimizer.dispose();
      task.dispose();
      task.model.dispose();
    },
  };
}
