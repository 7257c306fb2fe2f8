import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { announceCache } from './announce-cache.ts';

async function told(cache: object | undefined, audioSeconds: readonly (number | undefined)[], varies = false): Promise<[string, string][]> {
  const messages: [string, string][] = [];
  const phases = audioSeconds.map((seconds) => ({ batches: { length: 1, audioSeconds: seconds, varies } }));
  const problem = { train: phases[0], tests: Object.fromEntries(phases.slice(1).map((phase, index) => [String(index), phase])) };
  await announceCache({ model: { cache } } as never, problem as never, { message: (level, text) => void messages.push([level, text]) });
  return messages;
}
const cache = { folder: tmpdir(), maxBytes: 1e9, bytesPerSecond: 1000 };

test('says what hidden states of all splits will take, where their length is known', async () => {
  expect(await told(undefined, [10])).toEqual([]);
  expect(await told(cache, [3600, 3600])).toEqual([
    ['info', `hidden states are kept in ${tmpdir()}: about 7.20 MB for all splits once (2.0 h of audio), at most 1.00 GB`],
  ]);
  expect((await told(cache, [3600, undefined]))[0]![1]).toContain('3.60 MB for each hour of audio, at most 1.00 GB');
});

test('warns where training takes other samples in every epoch, so that it fills without use', async () => {
  expect((await told(cache, [10], true)).map(([level, text]) => [level, text.slice(0, 40)])).toContainEqual([
    'warning',
    'training takes other samples of its reco',
  ]);
  expect((await told(cache, [10], false)).some(([level]) => level === 'warning')).toBe(false);
  expect(await told(undefined, [10], true)).toEqual([]);
});

test('warns of a limit or a disk that is too small', async () => {
  const [, limit] = await told(cache, [1.5e6]);
  expect(limit).toEqual(['warning', expect.stringContaining('do not fit into 1.00 GB')]);
  const [, disk] = await told({ ...cache, maxBytes: 1e21 }, [1e15]);
  expect(disk).toEqual(['warning', expect.stringContaining('left on its disk')]);
});
