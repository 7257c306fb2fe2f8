import { randomStream } from '../../packages/interface/dist/index.js';
import { equalErrorRate, minDetectionCost, scoreTrials } from '../../packages/task-asv/dist/index.js';
import { share, shareJson, uniformFloats } from '../inputs.mjs';

const [speakers, perSpeaker, size, count] = [100, 20, 512, 1_000_000];

/** Scores of a million trials over 2,000 utterances, and their error rates. */
export default async function prepare({ folder }) {
  const utterances = speakers * perSpeaker;
  const values = uniformFloats(utterances * size, 1, 'embedding');
  const centers = uniformFloats(speakers * size, 0.25, 'speaker');
  for (let at = 0; at < values.length; at++) values[at] += centers[Math.floor(at / size / perSpeaker) * size + (at % size)];
  const random = randomStream('bench', 'trials');
  const pairs = Int32Array.from({ length: count * 2 }, () => random.integer(utterances));
  // every other trial is of one speaker
  for (let trial = 0; trial < count; trial += 2) {
    pairs[trial * 2 + 1] = Math.floor(pairs[trial * 2] / perSpeaker) * perSpeaker + random.integer(perSpeaker);
  }
  await share(folder, 'embeddings.f32', values);
  await share(folder, 'pairs.i32', pairs);
  await shareJson(folder, 'sizes.json', { size, perSpeaker });

  const embeddings = new Map(Array.from({ length: utterances }, (_, row) => [`u${row}`, values.subarray(row * size, (row + 1) * size)]));
  const trials = Array.from({ length: count }, (_, trial) => {
    const [first, second] = [pairs[trial * 2], pairs[trial * 2 + 1]];
    const sameSpeaker = Math.floor(first / perSpeaker) === Math.floor(second / perSpeaker);
    return { enroll: `u${first}`, test: `u${second}`, sameSpeaker };
  });
  const labels = trials.map(({ sameSpeaker }) => sameSpeaker);
  return {
    work: 'cosine scores, EER and minDCF of 1,000,000 trials over 2,000 utterances of 512 features',
    target: null,
    tolerance: 1e-3,
    async run() {
      const scores = scoreTrials(trials, embeddings);
      return [equalErrorRate(scores, labels).eer, minDetectionCost(scores, labels, { targetPrior: 0.01 }).minDcf];
    },
  };
}
