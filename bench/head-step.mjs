// What an epoch on a frozen HuBERT base can gain by a cache of its hidden states (upstream.cache), when all that is left
// is the head's step:
//   node bench/head-step.mjs            multiply-adds a frame, and CPU seconds of the parts of the step on native
import { superbXvector } from '@s3/downstream';
import { selectEngine } from '@s3/engine';
import { weightedSum } from '@s3/featurizer';
import { randomStream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

const [batch, seconds] = [10, 4.7];
const frames = Math.floor(seconds * 50);

// HuBERT base: (inputs, outputs, taps, groups, times a second) of each convolution; then once a frame
const [size, inner, layers] = [768, 3072, 12];
const rates = [3200, 1600, 800, 400, 200, 100, 50];
const waveform = [10, 3, 3, 3, 3, 2, 2].reduce((sum, taps, layer) => sum + ((layer === 0 ? 1 : 512) * 512 * taps * rates[layer]) / 50, 0);
const position = 512 * size + (size * size * 128) / 16;
const matrices = layers * (4 * size * size + 2 * size * inner);
const attention = layers * 2 * frames * size;
const upstream = waveform + position + matrices + attention;

// the x-vector: (inputs, outputs, context)
const tdnns = [
  [768, 512, 1],
  [512, 512, 5],
  [512, 512, 3],
  [512, 512, 3],
  [512, 512, 1],
  [512, 1500, 1],
];
const forward = tdnns.reduce((sum, [inputs, outputs, context]) => sum + inputs * outputs * context, 13 * size);
// backwards each product has two of its size, one for the weights and one for its input; hidden states need none
const step = 3 * forward - 13 * size;

const millions = (count) => `${(count / 1e6).toFixed(1)} M`;
console.log(`multiply-adds a frame of 20 ms, utterances of ${seconds} s:`);
console.log(`  HuBERT base, forwards     ${millions(upstream)}`);
console.log(`    convolutions of samples ${millions(waveform)}`);
console.log(`    projection, positions   ${millions(position)}`);
console.log(`    transformer's matrices  ${millions(matrices)}`);
console.log(`    attention               ${millions(attention)}`);
console.log(`  x-vector, a training step ${millions(step)}`);
console.log(`without reading, and all multiply-adds as fast: ${((upstream + step) / step).toFixed(1)} times`);

const engine = await selectEngine('native');
const featurizer = weightedSum(Array.from({ length: 13 }, () => ({ size, downsampleRate: 320 })));
const xvector = superbXvector(featurizer.output);
const lengths = Array(batch).fill(frames);
const hidden = Array.from({ length: 13 }, () => ({ values: tf.randomNormal([batch, frames, size]), lengths }));
const mode = { training: true, random: randomStream('head-step') };
const meanSquare = (x) => tf.mean(tf.square(x));
const cases = {
  'weighted sum': [featurizer.trainable, () => meanSquare(featurizer.forward(hidden, mode).values)],
  'x-vector': [xvector.trainable, () => meanSquare(xvector.forward(hidden[0], mode))],
  both: [[...featurizer.trainable, ...xvector.trainable], () => meanSquare(xvector.forward(featurizer.forward(hidden, mode), mode))],
};
console.log(`CPU seconds forwards and backwards, ${batch} x ${seconds} s, ${engine.library}, best of 5:`);
for (const [name, [weights, loss]] of Object.entries(cases)) {
  const times = Array.from({ length: 6 }, () => {
    const before = process.cpuUsage();
    const { value, grads } = tf.variableGrads(loss, [...weights]);
    for (const gradient of Object.values(grads)) gradient.dataSync();
    tf.dispose([value, grads]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  console.log(`  ${name.padEnd(25)} ${Math.min(...times.slice(1)).toFixed(3)}`);
}
