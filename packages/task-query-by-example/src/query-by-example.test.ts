import { type PhaseRun, randomStream, StateError } from '@s3/interface';
import { batchesOf, judgeRun } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { toySearch, toyUpstream } from './fixtures/toy-search.ts';
import type { SearchLog } from './judge-search.ts';
import { queryByExample } from './query-by-example.ts';

/** What the runner does with a split; its index is disposed a moment later. */
async function judge(run: PhaseRun<SearchLog>, batches?: number) {
  const reduction = await judgeRun(run, batches);
  await new Promise(setImmediate);
  return reduction;
}

const dev = toySearch();
const evaluation = toySearch({ split: 'eval' });

test('chooses the layer that hears the words, and finds other queries by it', async () => {
  const upstream = toyUpstream();
  const task = queryByExample({ upstream });
  const validation = await judge(task.valid.over(dev.documents, dev.reference));
  expect(validation.log).toMatchObject({ layer: 1, mtwv: 1 });
  const lines = String(validation.files!['layers.csv']).trim().split('\n');
  expect(lines.map((line) => line.split(',')[0])).toEqual(['layer', '0', '1', '2']);
  expect(Number(lines[1]!.split(',')[1])).toBeLessThan(0.5);
  expect(validation.figures).toMatchObject([{ kind: 'bars', bars: [{ name: '0' }, { name: '1', value: 1 }, { name: '2' }] }]);

  task.settle(validation.log);
  upstream.extracted.length = 0;
  const { log, files, figures } = await judge(task.test.over(evaluation.documents, evaluation.reference));
  expect(log).toMatchObject({ layer: 1, mtwv: 1, missRate: 0, falseAlarmRate: 0 });
  expect('searchedMtwv' in log).toBe(false);
  // one layer, and the documents once: what they are on average is known
  expect(new Set(upstream.extracted)).toEqual(new Set(['1']));
  expect(upstream.extracted).toHaveLength(evaluation.documents.length + evaluation.reference.queries.length);
  expect(String(files!['scores.csv']).trim().split('\n')).toHaveLength(1 + 5 * 16);
  expect(String(files!['benchmark.stdlist.xml'])).toContain(
    '<detected_termlist termid="eval-q4" term_search_time="1.0" oov_term_count="1">',
  );
  expect(figures!.map(({ kind }) => kind)).toEqual(['lines', 'lines', 'histogram', 'table']);
});

test('gives the same whatever the batches, and keeps no tensors', async () => {
  const task = queryByExample({ upstream: toyUpstream() }, { layers: [2] });
  const before = tf.memory().numTensors;
  const one = await judge(task.test.over(dev.documents, dev.reference));
  expect(tf.memory().numTensors).toBe(before);
  const larger = toySearch({ batchSize: 5 });
  const other = await judge(task.test.over(larger.documents, larger.reference));
  for (const [metric, value] of Object.entries(one.log)) expect(other.log[metric as keyof SearchLog]).toBeCloseTo(value!, 4);
  task.dispose();
  expect(tf.memory().numTensors).toBe(before - 1);
});

test('a checkpoint knows the layer and the documents', async () => {
  const task = queryByExample({ upstream: toyUpstream() });
  task.settle((await judge(task.valid.over(dev.documents, dev.reference))).log);
  const loaded = queryByExample({ upstream: toyUpstream() });
  loaded.loadState(task.state());
  const [here, there] = await Promise.all([task, loaded].map((one) => judge(one.test.over(evaluation.documents, evaluation.reference))));
  for (const [metric, value] of Object.entries(here!.log)) expect(there!.log[metric as keyof SearchLog]).toBeCloseTo(value!, 5);

  const waveforms = { values: tf.randomNormal([2, 60]) as tf.Tensor2D, lengths: [60, 30] };
  const before = tf.memory().numTensors;
  const frames = await loaded.predict(waveforms);
  expect(tf.memory().numTensors).toBe(before);
  expect(frames.map(({ layer, frames }) => [layer, frames.length, frames[0]!.length])).toEqual([
    [1, 10, 6],
    [1, 5, 6],
  ]);
  const narrow = queryByExample({ upstream: toyUpstream() }, { layers: [0, 2] });
  expect(() => narrow.loadState(task.state())).toThrow(StateError);
  expect(() => narrow.loadState({ tensors: { other: tf.scalar(1) }, values: {} })).toThrow(/other: unknown here/);
});

test('without validation one layer has to be named', async () => {
  const task = queryByExample({ upstream: toyUpstream() });
  await expect(judge(task.test.over(dev.documents, dev.reference))).rejects.toThrow(/3 layers, none of them chosen.*task\.layers 6/);
  expect(() => queryByExample({ upstream: toyUpstream() }, { layers: [3] })).toThrow(/layer 3 is to be searched/);
  expect(() => queryByExample({ upstream: toyUpstream() }, { distance: 'cosine_neg_log' })).toThrow(/whose cosines are negative/);
});

test('queries and documents that are judged but were not searched are found at no threshold', async () => {
  const task = queryByExample({ upstream: toyUpstream() }, { layers: [1] });
  const occurrences = new Map([...dev.reference.occurrences, ['other language', ['elsewhere']], ['nowhere', []]]);
  const reference = { ...dev.reference, occurrences, documents: [...dev.reference.documents, 'elsewhere'] };
  const { log } = await judge(task.test.over(dev.documents, reference));
  // four of five queries are found
  expect(log.mtwv).toBeCloseTo(0.8, 10);
  expect(log.searchedMtwv).toBe(1);
  const { queries } = dev.reference;
  await expect(judge(task.test.over(dev.documents, { ...reference, queries, occurrences: new Map([['dev-q0', ['d0']]]) }))).rejects.toThrow(
    /query dev-q1: found nothing that says where it is/,
  );
});

test('some documents only are judged where that is asked for', async () => {
  const task = queryByExample({ upstream: toyUpstream() }, { layers: [1] });
  const { log, files } = await judge(task.test.over(dev.documents, dev.reference), 3);
  expect(log.mtwv).toBe(1);
  expect(String(files!['scores.csv']).trim().split('\n')).toHaveLength(1 + 4 * 6);
});

test('a query of fewer than five frames is not searched for', async () => {
  const task = queryByExample({ upstream: toyUpstream() }, { layers: [1] });
  const short = randomStream('short');
  const reference = {
    ...dev.reference,
    occurrences: new Map([['tiny', ['d0']]]),
    queries: batchesOf(() => ({
      waveforms: {
        values: tf.tensor2d(
          Float32Array.from({ length: 24 }, () => short.normal()),
          [1, 24],
        ),
        lengths: [24],
      },
      utterances: ['tiny'],
    })),
  };
  const { files, log } = await judge(task.test.over(dev.documents, reference));
  expect(String(files!['scores.csv'])).toContain('tiny,d0,0.0000,1');
  expect(log.mtwv).toBe(0);
});
