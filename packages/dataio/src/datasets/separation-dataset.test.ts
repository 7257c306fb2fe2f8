import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeWave } from '../fixtures/wave-file.ts';
import { mixedBatch, separationDataset } from './separation-dataset.ts';

const root = mkdtempSync(join(tmpdir(), 's3-separation-'));
const lengths = [400, 250, 90];
const at = (name: string, index: number) => join(root, `${name}${index}.wav`);
const mixtures = lengths.map((_, index) => ({
  ...{ id: `m${index}`, path: at('m', index), where: `row ${index}` },
  sources: [at('a', index), at('b', index)],
}));

beforeAll(() => {
  for (const [index, length] of lengths.entries()) {
    const one = Float32Array.from({ length }, (_, sample) => sample / 1024);
    const other = one.map((value) => value / 2);
    writeWave(at('a', index), one);
    writeWave(at('b', index), other);
    writeWave(
      at('m', index),
      one.map((value, sample) => value + other[sample]!),
    );
  }
});

const addsUp = ({ waveform, sources }: { waveform: Float32Array; sources: readonly Float32Array[] }) =>
  waveform.every((value, sample) => Math.abs(value - sources[0]![sample]! - sources[1]![sample]!) < 1e-4);

test('gives mixtures with their sources, whole', async () => {
  const dataset = await separationDataset({ mixtures });
  expect(dataset.lengths).toEqual(lengths);
  const items = await dataset.load([2, 0], 0);
  expect(items.map(({ id, sources }) => [id, ...sources.map((source) => source.length)])).toEqual([
    ['m2', 90, 90],
    ['m0', 400, 400],
  ]);
  expect(items.every(addsUp)).toBe(true);
  const { waveforms, utterances, sources } = mixedBatch(items);
  expect([waveforms.values.shape, waveforms.lengths, utterances, sources.length]).toEqual([[2, 400], [90, 400], ['m2', 'm0'], 2]);
  waveforms.values.dispose();
});

test('crops all at one place, another each epoch', async () => {
  const dataset = await separationDataset({ mixtures }, { maxSeconds: 0.01, minSeconds: 0.006 }, { seed: 3 });
  expect(dataset.length).toBe(2);
  const [first, later] = [await dataset.load([0, 1], 0), await dataset.load([0, 1], 1)];
  for (const item of [...first, ...later]) expect([item.waveform.length, addsUp(item)]).toEqual([160, true]);
  expect(first[0]!.waveform).not.toEqual(later[0]!.waveform);
});

test('refuses a source that has become another', async () => {
  const changed = mixtures.map((mixture) => ({ ...mixture, sources: [mixture.sources[0]!, at('b', 1)] }));
  await expect(separationDataset({ mixtures: changed })).rejects.toThrow('row 0: found a source of another length than its mixture');
});
