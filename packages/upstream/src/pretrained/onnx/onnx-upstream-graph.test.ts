import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Upstream } from '@s3/interface';
import { message, messageBytes, onnxTask } from '@s3/interface/graph';
import { waveformsOf } from '@s3/interface/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import older from '../../fixtures/older-onnx.json' with { type: 'json' };
import { checkpointFiles, temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { namedUpstream } from '../../named-upstream.ts';
import { exportOnnx } from './export-onnx.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder(checkpointFiles('wavlm-large'));
});
afterAll(() => rm(folder, { recursive: true }));

const build = async (model: Uint8Array, onnx: object) => {
  await writeFile(join(folder, 'model.onnx'), model);
  return namedUpstream({ cacheDir: '' }, { name: 'onnx', path: join(folder, 'model.onnx'), onnx: onnx as never });
};

/** Largest difference between the upstream and it as a graph in onnxruntime, over the frames of each utterance. */
async function difference(upstream: Upstream, lengths: readonly number[]): Promise<number> {
  const file = await onnxTask(
    'test',
    {
      describe(operations, waveforms) {
        const layers = upstream.graph!(operations, waveforms);
        const outputs = layers.map(({ values }, layer) => [`layer_${layer}`, { value: values, axes: ['batch', 'frames', 'features'] }]);
        return { ...Object.fromEntries(outputs), frame_lengths: { value: layers[0]!.lengths, axes: ['batch'] } };
      },
    },
    {},
  );
  const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
  const waveforms = waveformsOf(lengths);
  const wanted = await upstream.extract(waveforms);
  const [, samples] = waveforms.values.shape;
  const values = (waveforms.values.dataSync() as Float32Array).slice();
  // what lies behind an end must not be heard
  lengths.forEach((length, row) => void values.fill(0.5, row * samples + length, (row + 1) * samples));
  const found = await session.run({
    waveforms: new Tensor('float32', values, [lengths.length, samples]),
    lengths: new Tensor('int64', BigInt64Array.from(lengths, BigInt), [lengths.length]),
  });
  expect(Array.from(found['frame_lengths']!.data as BigInt64Array, Number)).toEqual(wanted[0]!.lengths);
  let worst = 0;
  for (const [layer, { values: own }] of wanted.entries()) {
    const { data, dims } = found[`layer_${layer}`]!;
    expect(dims).toEqual(own.shape);
    own.dataSync().forEach((value, at) => {
      worst = Math.max(worst, Math.abs(value - (data as Float32Array)[at]!));
    });
  }
  await session.release();
  return worst;
}

test('a model with a mask becomes part of a graph, and gives each utterance of a batch what it gives alone', async () => {
  const upstream = await build(await exportOnnx(folder), { mask: 'mask', normalizeWaveform: true });
  for (const lengths of [[2000], [250], [3001, 100, 1600]]) expect(await difference(upstream, lengths)).toBeLessThan(5e-5);
  upstream.dispose();
});

test.each(['11', '13', '17'] as const)('operators of set %s are made newer where their meaning has changed', async (version) => {
  const upstream = await build(Buffer.from(older[version], 'base64'), {});
  for (const lengths of [[16_000], [900], [8001, 3000, 5000]]) expect(await difference(upstream, lengths)).toBeLessThan(5e-5);
  upstream.dispose();
});

test('operators that are too old are refused, with what to do', async () => {
  const upstream = await build(Buffer.from(older[17], 'base64'), {});
  const path = join(folder, 'model.onnx');
  // a later entry of the same domain is what counts
  const entry = message().bytes(8, message().integer(2, 9));
  await writeFile(path, Buffer.concat([await readFile(path), messageBytes(entry)]));
  await expect(difference(upstream, [900])).rejects.toThrow(/operators of set 9; expected set 11 or newer.*version_converter/s);
  await writeFile(path, (await readFile(path)).subarray(0, 3000));
  await expect(difference(upstream, [900])).rejects.toThrow(/a protobuf message that ends too early; expected an ONNX model/);
  upstream.dispose();
});
