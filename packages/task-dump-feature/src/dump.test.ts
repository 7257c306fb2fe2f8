import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { dump } from './dump.ts';
import { dumpFileNames } from './dump-file-names.ts';
import { featureExtractor, type NamedArrays } from './feature-extractor.ts';
import { pairs, type ToyUtterance, toyUpstream } from './fixtures/toy-upstream.ts';

const utterances: ToyUtterance[] = Array.from({ length: 7 }, (_, index) => ({
  id: `speaker/utt ${index}`,
  first: 10 * index,
  samples: 8 + 4 * (index % 3),
}));
const extractor = featureExtractor({ upstream: toyUpstream() });
let outDir: string;
beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 's3-dump-'));
});
const jsonBytes = (arrays: NamedArrays) => {
  const plain = Object.entries(arrays).map(([name, { shape, values }]) => [name, { shape, values: [...values] }]);
  return Buffer.from(JSON.stringify(Object.fromEntries(plain)));
};
const options = (more: object = {}) => ({
  extractor,
  format: 'json',
  bytesOf: jsonBytes,
  utterances,
  batchesOf: (own: readonly ToyUtterance[]) => pairs(own),
  outDir,
  source: 'toy',
  ...more,
});

/** Every utterance once, with its own numbers; nothing else in the folder. */
async function expectWhole(): Promise<void> {
  const lines = (await readFile(join(outDir, 'manifest.csv'), 'utf8')).trimEnd().split('\n');
  expect(lines[0]).toBe('id,file,bytes,arrays');
  expect(lines.length).toBe(utterances.length + 1);
  for (const [index, { id, first, samples }] of utterances.entries()) {
    const frames = samples / 4;
    const file = `speaker/utt ${index}.json`;
    const bytes = await readFile(join(outDir, file));
    expect(lines[index + 1]).toBe(`${id},${file},${bytes.length},"hidden_states (2, ${frames}, 4)"`);
    const { hidden_states } = JSON.parse(bytes.toString());
    expect(hidden_states.shape).toEqual([2, frames, 4]);
    expect(hidden_states.values.slice(0, samples)).toEqual(Array.from({ length: samples }, (_, sample) => first + sample));
  }
  expect((await readdir(join(outDir, 'speaker'))).sort()).toEqual(utterances.map((_, index) => `utt ${index}.json`));
}

test('writes one file for each utterance and a manifest in their order', async () => {
  const progress: number[] = [];
  const done = await dump(options({ onProgress: (_: string, count: number) => void progress.push(count) }));
  expect(done).toEqual({ written: 7, found: 0, complete: true });
  expect(progress).toEqual([2, 4, 6, 7]);
  await expectWhole();
  expect(JSON.parse(await readFile(join(outDir, 'dump.json'), 'utf8'))).toEqual({
    source: 'toy',
    format: 'json',
    content: 'hidden-states',
    layers: [0, 1],
  });
  expect(await dump(options())).toEqual({ written: 0, found: 7, complete: true });
});

test('continues where it was stopped', async () => {
  const failing = (own: readonly ToyUtterance[]) =>
    pairs(own, (batch) => {
      if (batch === 2) throw new Error('the lights went out');
    });
  await expect(dump(options({ batchesOf: failing }))).rejects.toThrow('the lights went out');
  expect(await dump(options())).toEqual({ written: 3, found: 4, complete: true });
  await expectWhole();
});

test('stops when asked to, and goes on later', async () => {
  const controller = new AbortController();
  const done = await dump(options({ signal: controller.signal, onProgress: () => controller.abort() }));
  expect(done).toEqual({ written: 2, found: 0, complete: false });
  expect(await dump(options())).toEqual({ written: 5, found: 2, complete: true });
  await expectWhole();
});

test('makes again what a kill tore: files, notes and what lies beside', async () => {
  await dump(options());
  const part = join(outDir, 'dump-1-of-1.jsonl');
  const lines = (await readFile(part, 'utf8')).split('\n');
  // the fourth file lost its end, the fifth its note half way, the sixth was renamed but never noted, the seventh never renamed
  await truncate(join(outDir, 'speaker/utt 3.json'), 40);
  await writeFile(part, `${lines.slice(0, 4).join('\n')}\n${lines[4]!.slice(0, 20)}`);
  await rm(join(outDir, 'speaker/utt 6.json'));
  await writeFile(join(outDir, 'speaker/utt 6.json.tmp'), 'half');
  await rm(join(outDir, 'manifest.csv'));
  expect(await dump(options())).toEqual({ written: 4, found: 3, complete: true });
  await expectWhole();
  await appendFile(part, '{"id":"speaker/utt 0","file":"elsewhere.json","bytes":1,"arrays":""}\n');
  expect(await dump(options())).toMatchObject({ written: 0, complete: true });
  await expectWhole();
});

test('several processes share the work, and continue with another number of them', async () => {
  expect(await dump(options({ shard: { index: 1, count: 3 } }))).toEqual({ written: 2, found: 0, complete: false });
  expect(await dump(options({ shard: { index: 0, count: 2 } }))).toEqual({ written: 3, found: 1, complete: false });
  const rest = await Promise.all([0, 1].map((index) => dump(options({ shard: { index, count: 2 } }))));
  expect(rest.some(({ complete }) => complete)).toBe(true);
  await expectWhole();
});

test('does not mix two dumps', async () => {
  await dump(options());
  await expect(dump(options({ source: 'another' }))).rejects.toThrow(/dump\.json: found .*toy.*; expected .*another/);
  await expect(dump(options({ format: 'safetensors' }))).rejects.toThrow('Choose another folder');
});

test('says what cannot be dumped', async () => {
  await expect(dump(options({ utterances: [] }))).rejects.toThrow('found none');
  await expect(dump(options({ utterances: [utterances[0]!, utterances[0]!] }))).rejects.toThrow("the id 'speaker/utt 0' twice");
  await expect(dump(options({ shard: { index: 2, count: 2 } }))).rejects.toThrow('shard: found 2 of 2');
  await writeFile(join(outDir, 'file'), '');
  await expect(dump(options({ outDir: join(outDir, 'file', 'x') }))).rejects.toThrow();
});

test('files stay in the folder, and have names that every file system takes', () => {
  expect(dumpFileNames(['a/b-1.wav', '../x', 'aBc', 'abc', 'ABC', 'a:b', '', 'con', 'ende. ', 'ü'])).toEqual([
    'a/b-1.wav',
    '%../x',
    'aBc',
    'abc~2',
    'ABC~3',
    'a%3Ab',
    '%',
    '%con',
    'ende.%20',
    'ü',
  ]);
});
