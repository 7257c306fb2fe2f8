import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxGraph } from '@s3/interface/graph';
import { testUpstream, waveformsOf } from '@s3/interface/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointFiles, temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { namedUpstream } from '../../named-upstream.ts';
import { exportOnnx } from './export-onnx.ts';

let folder: string;
const wiring = { cacheDir: '' };
const own = { input: 'audio', downsampleRate: 100, windowSamples: 100 };
const build = (file: string, onnx?: object) =>
  namedUpstream(wiring, { name: 'onnx', path: join(folder, file), ...(onnx && { onnx: onnx as never }) });

beforeAll(async () => {
  folder = await temporaryFolder(checkpointFiles('wavlm-large'));
  await writeFile(join(folder, 'exported.onnx'), await exportOnnx(folder));
  await writeFile(join(folder, 'own.onnx'), await ownModel());
});
afterAll(() => rm(folder, { recursive: true }));

/** Sums and alternating sums of 100 samples each, and the same doubled. */
function ownModel(): Promise<Uint8Array> {
  const graph = onnxGraph('own');
  const audio = graph.input('audio', 'float32', ['batch', 'samples']);
  const weights = Float32Array.from({ length: 200 }, (_, index) => (index < 100 ? 1 : (-1) ** index));
  const rows = graph.node('Unsqueeze', [audio, graph.integers([1])]);
  const sums = graph.node('Transpose', [graph.node('Conv', [rows, graph.floats([2, 1, 100], weights)], { strides: [100] })], {
    perm: [0, 2, 1],
  });
  graph.output('sums', sums, 'float32', ['batch', 'frames', 'features']);
  graph.output('doubled', graph.node('Add', [sums, sums]), 'float32', ['batch', 'frames', 'features']);
  graph.output('flat', rows, 'float32', ['batch', 'frames', 'features']);
  return graph.finish();
}

describe('a model written by hand', () => {
  describe('keeps the contract', () => {
    testUpstream({ build: () => build('own.onnx', { ...own, outputs: ['sums', 'doubled'] }) });
  });

  test('gives the outputs that are named, in their order', async () => {
    const upstream = await build('own.onnx', { ...own, outputs: ['doubled', 'sums'] });
    expect([upstream.sampleRate, upstream.layers]).toEqual([16_000, Array(2).fill({ size: 2, downsampleRate: 100 })]);
    const waveforms = waveformsOf([1050]);
    const samples = waveforms.values.dataSync() as Float32Array;
    const [doubled, sums] = await upstream.extract(waveforms);
    expect(sums!.values.shape).toEqual([1, 11, 2]);
    const wanted = samples.slice(300, 400).reduce((sum, sample) => sum + sample, 0);
    expect((sums!.values.arraySync() as number[][][])[0]![3]![0]).toBeCloseTo(wanted, 4);
    expect((doubled!.values.arraySync() as number[][][])[0]![3]![0]).toBeCloseTo(2 * wanted, 4);
    upstream.dispose();
  });

  test.each([
    [
      'an input',
      { ...own, input: 'wave' },
      /upstream.onnx.input: found 'wave', which is no input.*inputs audio and the outputs sums, doubled, flat/s,
    ],
    ['a mask', { ...own, mask: 'lengths' }, /upstream.onnx.mask: found 'lengths', which is no input/],
    ['an output', { ...own, outputs: ['sums', 'sum'] }, /upstream.onnx.outputs: found 'sum', which is no output/],
    ['an output of frames', { ...own, outputs: ['flat'] }, /output 'flat': found 1 frames for 1.00 s; expected about 160/],
    [
      'the frame rate',
      { ...own, outputs: ['sums'], downsampleRate: 320 },
      /160 frames for 1.00 s; expected about 50.*downsampleRate \(100 would fit\)/,
    ],
  ])('is refused where the settings do not have %s that it has', async (_, onnx, message) => {
    await expect(build('own.onnx', onnx)).rejects.toThrow(message);
  });
});

test('an exported model gives what the checkpoint gives, with its mask and normalization', async () => {
  const settings = { mask: 'mask', normalizeWaveform: true };
  const [exported, checkpoint] = [
    await build('exported.onnx', settings),
    await namedUpstream(wiring, { name: 'hf_custom', path: folder, batching: 'independent' }),
  ];
  expect(exported.layers).toEqual(checkpoint.layers);
  const waveforms = waveformsOf([3000, 16_000]);
  const [found, wanted] = [await exported.extract(waveforms), await checkpoint.extract(waveforms)];
  for (const [layer, { values, lengths }] of wanted.entries()) {
    expect(found[layer]!.lengths).toEqual(lengths);
    const other = found[layer]!.values.dataSync();
    expect(values.dataSync().every((value, at) => Math.abs(value - other[at]!) < 1e-4)).toBe(true);
  }
  await expect(build('exported.onnx')).rejects.toThrow(/a model that also wants mask/);
});

test.each([
  ['nothing', 'missing.onnx', /upstream.path '.*missing.onnx': found nothing there; expected an ONNX model/],
  ['a folder', '.', /found no file; expected an ONNX model/],
  ['something else', 'config.json', /found a file that onnxruntime refuses \(/],
])('refuses %s instead of a model', async (_, file, message) => {
  await expect(build(file)).rejects.toThrow(message);
});

test('refuses a model that is cut short', async () => {
  await writeFile(join(folder, 'cut.onnx'), (await ownModel()).subarray(0, 600));
  await expect(build('cut.onnx', own)).rejects.toThrow(/onnxruntime refuses/);
});

test('needs a path', () => {
  return expect(namedUpstream(wiring, { name: 'onnx' })).rejects.toThrow(/upstream.path: found nothing; expected an ONNX file/);
});

test('keeps states in a cache, another model in another folder', async () => {
  const cache = await temporaryFolder({});
  const cached = (outputs: string[]) =>
    namedUpstream(wiring, { name: 'onnx', path: join(folder, 'own.onnx'), cache, onnx: { ...own, outputs } });
  const waveforms = waveformsOf([900]);
  const [first] = await (await cached(['sums'])).extract(waveforms);
  const [again] = await (await cached(['sums'])).extract(waveforms);
  const [other] = await (await cached(['doubled'])).extract(waveforms);
  expect(again!.values.dataSync()).toEqual(first!.values.dataSync());
  expect(other!.values.dataSync()).not.toEqual(first!.values.dataSync());
  await rm(cache, { recursive: true });
});
