import { cp, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkpointFingerprint } from './checkpoint-fingerprint.ts';

const folder = await mkdtemp(join(tmpdir(), 's3-fingerprint-'));
afterAll(() => rm(folder, { recursive: true }));

test('tells weights and settings apart, not where they lie', async () => {
  const first = join(folder, 'first');
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 251));
  await cp(await saved('origin', bytes), first, { recursive: true });
  const settings = { layers: 2 };
  const fingerprint = await checkpointFingerprint(first, settings);
  expect(fingerprint).toMatch(/^[\da-f]{32}$/);
  await cp(first, join(folder, 'second'), { recursive: true });
  expect(await checkpointFingerprint(join(folder, 'second'), settings)).toBe(fingerprint);
  expect(await checkpointFingerprint(join(first, 'model.safetensors'), settings)).toBe(fingerprint);

  expect(await checkpointFingerprint(first, { layers: 3 })).not.toBe(fingerprint);
  expect(await checkpointFingerprint(await saved('longer', Buffer.concat([bytes, Buffer.alloc(1)])), settings)).not.toBe(fingerprint);
  for (const place of [0, 100, bytes.length - 1]) {
    const file = await open(join(await saved('changed', bytes), 'model.safetensors'), 'r+');
    await file.write(Buffer.from([255]), 0, 1, place);
    await file.close();
    expect(await checkpointFingerprint(join(folder, 'changed'), settings)).not.toBe(fingerprint);
  }
  // training changes all weights
  expect(
    await checkpointFingerprint(
      await saved(
        'trained',
        bytes.map((byte) => byte ^ 1),
      ),
      settings,
    ),
  ).not.toBe(fingerprint);
});

test('reads the parts that an index lists', async () => {
  const parts = join(folder, 'parts');
  await cp(await saved('whole', Buffer.from('one')), parts, { recursive: true });
  await rm(join(parts, 'model.safetensors'));
  const index = { weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors', c: 'model-1.safetensors' } };
  await writeFile(join(parts, 'model.safetensors.index.json'), JSON.stringify(index));
  await writeFile(join(parts, 'model-1.safetensors'), 'one');
  await writeFile(join(parts, 'model-2.safetensors'), 'two');
  const fingerprint = await checkpointFingerprint(parts, {});
  await writeFile(join(parts, 'model-2.safetensors'), 'twa');
  expect(await checkpointFingerprint(parts, {})).not.toBe(fingerprint);
});

async function saved(name: string, weights: Buffer | Uint8Array): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'model.safetensors'), weights);
  return place;
}
