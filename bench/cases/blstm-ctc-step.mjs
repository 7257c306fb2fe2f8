import { dispose, tensor3d } from '@tensorflow/tfjs-core';
import { rnnEncoder } from '../../packages/downstream/dist/index.js';
import { randomStream } from '../../packages/interface/dist/index.js';
import { speechToTextCtc } from '../../packages/task-ctc/dist/index.js';
import { share, shareJson, uniformFloats } from '../inputs.mjs';
import { noBatches, onHiddenStates, updates } from '../updates.mjs';

const [batchSize, frames, features, tokens, labels] = [8, 500, 768, 31, 100];

/** One update of SUPERB's speech recognition model, without the dropout that would differ between the two. */
export default async function prepare({ folder }, { target = 1, rounds } = {}) {
  const values = uniformFloats(batchSize * frames * features, 1, 'hidden states');
  const random = randomStream('bench', 'labels');
  const targets = Array.from({ length: batchSize }, () => Array.from({ length: labels }, () => 1 + random.integer(tokens - 1)));
  // its tokens are numbers already
  const tokenizer = { size: tokens, encode: (text) => text.split(' ').map(Number), decode: (ids) => ids.join(' ') };
  const model = onHiddenStates(features, (input) => rnnEncoder({ input, outputSize: tokens }, { dropout: [0] }));
  const task = speechToTextCtc({ model, tokenizer });
  const { weights, update, dispose: disposeUpdates } = await updates(folder, task);

  await share(folder, 'hidden.f32', values);
  await shareJson(folder, 'sizes.json', { batchSize, frames, features, tokens, targets, weights });

  const lengths = Array(batchSize).fill(frames);
  const batch = { texts: targets.map((target) => target.join(' ')), utterances: targets.map((_, row) => String(row)) };
  const prepared = { layers: [{ values: tensor3d(values, [batchSize, frames, features]), lengths }] };
  const phase = task.train.over(noBatches);
  return {
    work: `one AdamW update of two BLSTM layers of 1,024 and CTC, ${batchSize} x ${frames} frames x ${features}, ${labels} of ${tokens} labels each`,
    target,
    rounds,
    tolerance: 1e-3,
    run: async () => [await update(() => phase.step(batch, prepared, { training: true, random: randomStream('bench') }).loss)],
    dispose() {
      dispose(prepared.layers[0].values);
      disposeUpdates();
    },
  };
}
