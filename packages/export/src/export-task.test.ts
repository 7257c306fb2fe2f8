import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyTask, type Embeddings, moduleOf, type WaveformModel, type Waveforms } from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { exportTask } from './export-task.ts';

const power = ({ values, lengths }: Waveforms) =>
  tf.div(tf.sum(tf.square(values), 1, true), tf.tensor2d([...lengths], [lengths.length, 1])) as tf.Tensor2D;

/** @param factor what the graph makes of the power beside that */
function powerTask(factor = 1): AnyTask {
  const model: WaveformModel<Embeddings> = {
    ...moduleOf({}),
    outputSize: 1,
    sampleRate: 16_000,
    downsampleRate: 1,
    minSamples: 10,
    prepare: async (waveforms) => ({ waveforms }),
    forward: (input) => power((input as { readonly waveforms: Waveforms }).waveforms),
    graph: (operations, { values, lengths }) => {
      const squares = operations.sum(operations.multiply(values, values), 1);
      return operations.multiply(operations.divide(squares, operations.expandDims(operations.toFloat(lengths), 1)), factor);
    },
  };
  const graph = taskGraph(
    model,
    (_, value) => ({ power: { value, axes: ['batch', 1] } }),
    () => ({ unit: 'square', steps: [1, 2] }),
  );
  return { ...moduleOf({}), name: 'power', model, predict: async () => [], graph };
}

test('hands over a file that was compared, and keeps no tensors', async () => {
  await exportTask(powerTask());
  const before = tf.memory().numTensors;
  const { model, checks } = await exportTask(powerTask(), { metadata: { author: 'me', config: { a: 1 } } });
  expect(tf.memory().numTensors).toBe(before);
  expect(checks.map(({ seconds }) => seconds.length)).toEqual([1, 1, 1, 3]);
  const session = await InferenceSession.create(model);
  const waveforms = new Tensor('float32', Float32Array.of(1, 1, 0.5, 0), [2, 2]);
  const { power: found } = await session.run({ waveforms, lengths: new Tensor('int64', BigInt64Array.of(2n, 1n), [2]) });
  expect(Array.from(found!.data as Float32Array)).toEqual([1, 0.25]);
  await session.release();
  const text = Buffer.from(model).toString('latin1');
  for (const part of ['author', 'me', '{"a":1}', 'sample_rate', '16000', 'min_samples', 'square', '[1,2]'])
    expect(text.includes(part), part).toBe(true);
});

test('refuses a graph whose numbers are not ours', async () => {
  await expect(exportTask(powerTask(1.01))).rejects.toThrow(
    /output power: found numbers that differ by .* for .* s; expected at most 0.0001. Nothing was written/,
  );
});

test('names a task, and a model, that cannot be exported', async () => {
  const { graph: _, ...task } = powerTask();
  await expect(exportTask(task as AnyTask)).rejects.toThrow(/the task power cannot be exported, but .* `graph`, which taskGraph/);
  const model = { ...powerTask().model, graph: undefined } as unknown as WaveformModel<Embeddings>;
  const graph = taskGraph(model, (_operations, value) => ({ power: { value, axes: ['batch', 1] } }));
  await expect(exportTask({ ...powerTask(), graph })).rejects.toThrow(/the model cannot be exported, but .* join it with `connect`/);
});

test('puts weights that one file cannot hold into files beside it', async () => {
  const weights = tf.reshape(tf.linspace(-1, 1, 400), [100, 4]) as tf.Tensor2D;
  const same = tf.add(weights, 0);
  const wide: WaveformModel<Embeddings> = {
    ...(powerTask().model as WaveformModel<Embeddings>),
    outputSize: 4,
    forward(input) {
      const { values } = (input as { readonly waveforms: Waveforms }).waveforms;
      return tf.matMul(tf.sum(values, 1, true), tf.sum(tf.add(weights, same), 0, true)) as tf.Tensor2D;
    },
    graph: (operations, { values }) =>
      operations.matMul(
        operations.sum(values, 1),
        operations.sum(operations.add(operations.constant(weights), operations.constant(same)), 0),
      ),
  };
  const graph = taskGraph(wide, (_, value) => ({ power: { value, axes: ['batch', 4] } }));
  const large: AnyTask = { ...powerTask(), model: wide, graph };
  const whole = await exportTask(large);
  expect(whole.weights).toEqual([]);
  const { model, weights: files, checks } = await exportTask(large, { weightsFile: 'large.data', mostBytes: 2000 });
  expect(files.map(({ path, data }) => [path, data.length])).toEqual([
    ['large.data', 1600],
    ['large.data.1', 1600],
  ]);
  expect(model.length).toBeLessThan(1600);
  expect(checks.map(({ difference }) => difference)).toEqual(whole.checks.map(({ difference }) => difference));
  // as files, where onnxruntime looks for them beside the model
  const folder = await mkdtemp(join(tmpdir(), 's3-export-'));
  for (const { path, data } of [...files, { path: 'large.onnx', data: model }]) await writeFile(join(folder, path), data);
  const session = await InferenceSession.create(join(folder, 'large.onnx'));
  const { power: found } = await session.run({
    waveforms: new Tensor('float32', Float32Array.of(1, 1), [1, 2]),
    lengths: new Tensor('int64', BigInt64Array.of(2n), [1]),
  });
  const wanted = Array.from(tf.mul(tf.sum(weights, 0), 4).dataSync());
  Array.from(found!.data as Float32Array).forEach((value, index) => void expect(value).toBeCloseTo(wanted[index]!, 3));
  await session.release();
});
