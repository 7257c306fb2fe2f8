import { InputError, randomStream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scoreTrials, type Trial } from './score-trials.ts';

const size = 7;
function speakers(count: number): Map<string, Float32Array> {
  const random = randomStream('embeddings');
  return new Map(Array.from({ length: count }, (_, id) => [`u${id}`, Float32Array.from({ length: size }, () => random.normal())]));
}
const trial = (enroll: string, test: string): Trial => ({ enroll, test, sameSpeaker: enroll === test });
function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const all = [...speakers(20).keys()];
test.each<[string, Trial[]]>([
  ['all pairs, read from the matrix', all.flatMap((a) => all.map((b) => trial(a, b)))],
  ['few of many pairs, one by one', all.map((a, index) => trial(a, all[(index * 7) % 20]!))],
  ['repeated trials', [trial('u1', 'u2'), trial('u1', 'u2'), trial('u2', 'u1')]],
])('gives the cosine of each trial in order: %s', (_, trials) => {
  const embeddings = speakers(20);
  const before = tf.memory().numTensors;
  const scores = scoreTrials(trials, embeddings);
  expect(tf.memory().numTensors).toBe(before);
  expect(scores.length).toBe(trials.length);
  trials.forEach(
    ({ enroll, test }, index) => void expect(scores[index]).toBeCloseTo(cosine(embeddings.get(enroll)!, embeddings.get(test)!), 5),
  );
});

test('names every utterance that has no embedding', () => {
  const trials = [trial('u0', 'x1'), trial('x2', 'u1'), trial('x1', 'u1')];
  expect(() => scoreTrials(trials, speakers(3))).toThrow(
    /2 utterances without an embedding: 'x2', 'x1'; expected only utterances that were embedded \(3\)/,
  );
  const many = Array.from({ length: 30 }, (_, id) => trial('u0', `x${id}`));
  expect(() => scoreTrials(many, speakers(3))).toThrow(/30 utterances without an embedding: 'x0', .*'x9', .*'x29';/);
});

test.each([
  ['only zeros', [0, 0, 0, 0, 0, 0, 0]],
  ['values that are not finite', [1, 2, Number.NaN, 0, 0, 0, 0]],
  ['values that are not finite', [1, 2, Number.POSITIVE_INFINITY, 0, 0, 0, 0]],
  ['2 features', [1, 2]],
])('names the utterance whose embedding has no direction: %s', (found, values) => {
  const embeddings = new Map([...speakers(2), ['bad', Float32Array.from(values)]]);
  expect(() => scoreTrials([trial('u0', 'u1'), trial('u1', 'bad')], embeddings)).toThrow(`embedding of utterance 'bad': found ${found}`);
});

test('refuses an empty list', () => {
  expect(() => scoreTrials([], speakers(2))).toThrow(InputError);
});
