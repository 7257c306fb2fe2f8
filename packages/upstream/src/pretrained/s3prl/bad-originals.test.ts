import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, StateError } from '@s3/interface';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { originalCase } from '../../fixtures/original-case.ts';
import { temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { namedUpstream } from '../../named-upstream.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder({});
});
afterAll(() => rm(folder, { recursive: true }));

/** A recorded checkpoint with one text in it exchanged for another of the same length. */
async function changed(name: string, from: string, to: string): Promise<string> {
  const bytes = originalCase(name).checkpoint;
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  expect(to.length).toBe(from.length);
  const path = join(folder, `${name}.pt`);
  await writeFile(path, Buffer.concat([bytes.subarray(0, at), Buffer.from(to), bytes.subarray(at + from.length)]));
  return path;
}
const build = (name: string, path: string) => namedUpstream({ cacheDir: folder }, { name: name as 'wav2vec', path });

test.each([
  ['wav2vec', '[(4, 2, 1), (4, 3, 1)]', '[(4, 2, 1), (4, 3, 2)]', 'conv_aggregator_layers: have to have strides of 1'],
  ['wav2vec', '[(4, 2, 1), (4, 3, 1)]', "__import__('os').abort", 'conv_aggregator_layers: has to be a list such as [(512, 10, 5)]'],
  ['vq-wav2vec-gumbel', 'activation', 'activatiom', undefined],
  ['cpc', 'layerNorm', 'layerNoon', 'normMode: '],
] as const)('settings that do not fit, of %s: %s as %s', async (name, from, to, message) => {
  const path = await changed(name, from, to.padEnd(from.length));
  const answer = build(name === 'cpc' ? 'modified_cpc' : 'wav2vec', path);
  if (message === undefined) return (await answer).dispose();
  await expect(answer).rejects.toThrow(message);
  await expect(answer).rejects.toThrow(path);
  await expect(answer).rejects.toThrow(InputError);
});

test('a weight that is missing, and an unknown one', async () => {
  const answer = build('modified_cpc', await changed('cpc', 'gEncoder.conv1.weight', 'gEncoder.conv1.wright'));
  await expect(answer).rejects.toThrow(/gEncoder\.conv1\.weight: missing[\s\S]*gEncoder\.conv1\.wright: unknown here/);
  await expect(answer).rejects.toThrow(StateError);
});

test('a checkpoint of another network than the name says', async () => {
  const path = await changed('wav2vec', 'infonce', 'infonce');
  await expect(build('modified_cpc', path)).rejects.toThrow('a checkpoint of wav2vec');
});

test('a name without a file', async () => {
  await expect(namedUpstream({ cacheDir: folder }, { name: 'modified_cpc' })).rejects.toThrow(/upstream\.path/);
});
