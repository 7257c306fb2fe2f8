import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipFiles } from '@s3/trainer/memory';
import { expect, test } from 'vitest';
import { checkpointContent } from './checkpoint-content.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-checkpoint-content-'));
const files = { 'state.json': '{}', 'config.yaml': 'upstream: {name: fbank}\n', 'model.safetensors': 'weights' };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const zipped = (name: string, place: string) => {
  const named = [
    ...Object.entries(files).map(([file, text]) => [`${place}${file}`, bytesOf(text)] as const),
    ['wav/a.flac', bytesOf('')] as const,
  ];
  writeFileSync(join(folder, name), zipFiles(new Map(named)));
  return join(folder, name);
};

test('a checkpoint in its folder', async () => {
  const path = join(folder, 'asv', 'train', 'step_600');
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  const { name, files: found, config } = await checkpointContent(path);
  expect(name).toBe('asv/step_600');
  expect(found.get('model.safetensors')).toEqual({ file: join(path, 'model.safetensors') });
  expect(config).toBe(files['config.yaml']);
});

test.each([
  ['of a run', 'asv/train/step_600/', 'asv/step_600'],
  ['of a checkpoint', 'voices/', 'mine/voices'],
  ['of its files', '', `${folder.split('/').at(-1)}/mine`],
])('a zip %s', async (_, place, expected) => {
  const { name, files: found, config } = await checkpointContent(zipped('mine.zip', place));
  expect(name).toBe(expected);
  expect([...found.keys()].sort()).toEqual(Object.keys(files).sort());
  expect(found.get('model.safetensors')).toEqual({ bytes: bytesOf('weights') });
  expect(config).toBe(files['config.yaml']);
});

test('says that there is none', async () => {
  await expect(checkpointContent(folder)).rejects.toThrow('found no state.json; expected the folder of a checkpoint, or its zip');
  await expect(checkpointContent(join(folder, 'none.zip'))).rejects.toThrow('none.zip: found no state.json');
});
