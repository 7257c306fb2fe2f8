import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkpointFiles, recordedWeights, safetensorsBytes, temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { openSafetensors } from '../tensor-files/safetensors.ts';
import { writeEncoderWeights } from './write-encoder-weights.ts';

test('weights in parts become one file, without what is no part of the encoder', async () => {
  const weights = recordedWeights('wavlm-base');
  const half = weights.length >> 1;
  const head = { name: 'lm_head.weight', shape: [1, 2], values: Float32Array.of(1, 2) };
  const parts = {
    'part-1.safetensors': weights.slice(0, half).map((tensor) => ({ ...tensor, name: `wavlm.${tensor.name}` })),
    'part-2.safetensors': [...weights.slice(half), head],
  };
  const listed = Object.entries(parts).flatMap(([file, tensors]) => tensors.map(({ name }) => [name, file]));
  const folder = await temporaryFolder({
    'config.json': checkpointFiles('wavlm-base')['config.json']!,
    'model.safetensors.index.json': JSON.stringify({ weight_map: Object.fromEntries(listed) }),
    ...Object.fromEntries(Object.entries(parts).map(([file, tensors]) => [file, safetensorsBytes(tensors)])),
  });
  const out = join(folder, 'one', 'model.safetensors');
  await writeEncoderWeights(folder, out);
  const { tensors, close } = await openSafetensors(out);
  expect([...tensors.keys()].sort()).toEqual(weights.map(({ name }) => name).sort());
  for (const { name, shape, values } of weights) {
    expect(tensors.get(name)!.shape).toEqual(shape);
    expect(await tensors.get(name)!.read()).toEqual(values);
  }
  await close();
  expect(await readdir(join(folder, 'one'))).toEqual(['model.safetensors']);
});

test('nothing is left of a file whose weights cannot be read', async () => {
  const folder = await temporaryFolder(checkpointFiles('hubert-base'));
  const broken = recordedWeights('hubert-base').map((tensor, index) =>
    index === 3 ? { ...tensor, values: tensor.values.map(() => Number.NaN) } : tensor,
  );
  const other = await temporaryFolder({ 'model.safetensors': safetensorsBytes(broken) });
  await expect(writeEncoderWeights(other, join(folder, 'one', 'model.safetensors'))).rejects.toThrow(/found NaN in tensor/);
  expect(await readdir(join(folder, 'one'))).toEqual([]);
});
