import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Error } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import fairseqFiles from '../../fixtures/fairseq-hubert.json' with { type: 'json' };
import { localHub } from '../../fixtures/local-hub.ts';
import { originalCase } from '../../fixtures/original-case.ts';
import { checkpointFiles, temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { namedUpstream } from '../../named-upstream.ts';
import type { UpstreamName } from '../../upstream-settings.ts';
import { encoderSettings } from '../checkpoint/encoder-settings.ts';
import { writeEncoderWeights } from '../checkpoint/write-encoder-weights.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder({ 'apc.ckpt': originalCase('apc').checkpoint });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const wiring = { cacheDir: '.' };
const named = (name: UpstreamName, file = 'apc.ckpt', settings: object = {}) =>
  namedUpstream(wiring, { name, path: join(folder, file), engine: 'tensorflow', ...settings });
async function lastLayer(settings: object, seed = 0): Promise<Float32Array> {
  const upstream = await namedUpstream(wiring, { path: join(folder, 'apc.ckpt'), engine: 'tensorflow', ...settings }, { seed });
  const waveforms = { values: tf.sin(tf.reshape(tf.range(0, 3200), [1, 3200])) as tf.Tensor2D, lengths: [3200] };
  const values = (await upstream.extract(waveforms)).at(-1)!.values.dataSync() as Float32Array;
  upstream.dispose();
  return values;
}

test('is an upstream without its name, under its name, and as a file of the hub', async () => {
  const wanted = await lastLayer({});
  for (const name of ['apc', 'vq_apc', 'apc_local', 'hf_custom']) expect(await lastLayer({ name })).toEqual(wanted);

  const hub = await localHub('someone/series', new Map([['small/apc.ckpt', originalCase('apc').checkpoint]]), new Set(['small/apc.ckpt']));
  const home = await temporaryFolder({});
  try {
    vi.stubEnv('HF_ENDPOINT', hub.url);
    vi.stubEnv('HF_HOME', home);
    for (const name of ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE']) vi.stubEnv(name, '');
    const path = 'someone/series/small/apc.ckpt';
    expect(await lastLayer({ path })).toEqual(wanted);
    hub.requests.length = 0;
    expect(await lastLayer({ path, offline: true })).toEqual(wanted);
    expect(hub.requests).toEqual([]);
    await expect(lastLayer({ path: 'someone/series/other.ckpt' })).rejects.toThrow(/someone\/series.*no file 'other.ckpt'/);
    await expect(lastLayer({ path: 'someone/else/apc.ckpt', offline: true })).rejects.toThrow(/hf download someone\/else apc.ckpt/);
  } finally {
    await hub.close();
    await rm(home, { recursive: true });
  }
});

test.each(['cfg', 'args'] as const)('is read as fairseq writes it, settings in %s, as S3PRL converts it', async (where) => {
  const place = await temporaryFolder({
    'hubert.pt': Buffer.from(fairseqFiles[where], 'base64'),
    'converted.pt': originalCase('fairseq-hubert').checkpoint,
  });
  const wanted = await lastLayer({ name: 'hubert_local', path: join(place, 'converted.pt') });
  for (const settings of [{}, { name: 'hubert_custom' }, { name: 'hubert_base' }])
    expect(await lastLayer({ ...settings, path: join(place, 'hubert.pt') })).toEqual(wanted);
  await expect(lastLayer({ name: 'tera', path: join(place, 'hubert.pt') })).rejects.toThrow(
    /a checkpoint of fairseq; expected one that the upstream tera/,
  );
  await rm(place, { recursive: true });
});

test('has its weights drawn anew, each by the seed', async () => {
  const [plain, one, again, other] = [
    await lastLayer({}),
    await lastLayer({ randomize: true }, 1),
    await lastLayer({ randomize: true }, 1),
    await lastLayer({ randomize: true }, 2),
  ];
  expect(again).toEqual(one);
  for (const values of [plain, other]) expect(values).not.toEqual(one);
});

test('keeps what it gave', async () => {
  const cache = join(folder, 'states');
  const first = await lastLayer({ cache, cachePrecision: 'float32' });
  expect((await readdir(cache)).length).toBeGreaterThan(0);
  expect(await lastLayer({ cache, cachePrecision: 'float32' })).toEqual(first);
  expect(first).toEqual(await lastLayer({}));
});

test.each(['npc', 'tera', 'decoar-layers', 'fairseq-wavlm'])('is the same as a folder, as a page has it: %s', async (name) => {
  const { checkpoint, name: own } = originalCase(name);
  const place = await temporaryFolder({ 'states.ckpt': checkpoint });
  const [path, as] = [join(place, 'states.ckpt'), own as UpstreamName];
  await writeFile(join(place, 'config.json'), (await encoderSettings(path, as))!);
  await writeEncoderWeights(path, join(place, 'model.safetensors'));
  expect(await lastLayer({ name: as, path: place })).toEqual(await lastLayer({ name: as, path }));
  expect(await encoderSettings(place, as)).toBeUndefined();
  await rm(place, { recursive: true });
});

describe('is refused, with the file', () => {
  /** the checkpoint with some text in it changed for one of the same length */
  const changed = (from: string, to: string) => {
    const bytes = Buffer.from(originalCase('apc').checkpoint);
    expect(to.length).toBe(from.length);
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
    return bytes;
  };
  test.each<[string, Buffer, RegExp]>([
    ['without a weight', changed('rnn_layers.2.bias_hh_l0', 'rnn_layers.2.bias_hh_l9'), /bad.ckpt\n.*l0: missing\n.*l9: unknown/],
    ['without a setting', changed('residual', 'residues'), /bad.ckpt: found residual: .*boolean/],
    ['of other features', changed('fbank', 'melsp'), /bad.ckpt: found input.feat_type: .*fbank/],
    ['of a network that is not known', changed('rnn_layers', 'gru_layers'), /bad.ckpt: found a file of the parts model, optimizer.*APC/],
    ['cut short', originalCase('apc').checkpoint.subarray(0, 3000), /bad.ckpt/],
    ['of text', Buffer.from('weights'), /bad.ckpt: found no readable archive/],
  ])('%s', async (_, bytes, message) => {
    const bad = await temporaryFolder({ 'bad.ckpt': bytes });
    const answer = namedUpstream(wiring, { path: join(bad, 'bad.ckpt'), engine: 'tensorflow' });
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toSatisfy(S3Error.isInstance);
    await rm(bad, { recursive: true });
  });

  test('under the name of another network', async () => {
    await expect(named('hubert_base')).rejects.toThrow(
      /apc.ckpt: found a checkpoint of apc; expected one that the upstream hubert_base can be/,
    );
    const hubert = await temporaryFolder(checkpointFiles('hubert-base'));
    await expect(namedUpstream(wiring, { name: 'apc', path: hubert })).rejects.toThrow(/found a checkpoint of hubert.*the upstream apc/);
    await rm(hubert, { recursive: true });
  });

  test('with settings that mean nothing to it', async () => {
    await expect(named('apc', 'apc.ckpt', { trainFeatureEncoder: true })).rejects.toThrow(/trainFeatureEncoder.*begins with convolutions/);
    await expect(named('apc', 'apc.ckpt', { layerDrop: 0.1 })).rejects.toThrow(/layerDrop: found 0.1; expected nothing/);
    await expect(named('apc', 'apc.ckpt', { freezeLayers: 4 })).rejects.toThrow(/freezeLayers: found 4; expected at most 3/);
    await expect(named('apc_local', 'none.ckpt')).rejects.toThrow(/none.ckpt'?: found no such folder or file/);
    await expect(namedUpstream(wiring, { name: 'apc_local' })).rejects.toThrow(/a checkpoint file, since the upstream is apc_local/);
  });

  test('and freezes as many layers as are asked for', async () => {
    const upstream = await named('apc', 'apc.ckpt', { freezeLayers: 2 });
    const trained = Object.entries(upstream.state().tensors).filter(([, weight]) => upstream.trainable.includes(weight as tf.Variable));
    expect(trained.map(([name]) => name)).toEqual(
      ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((weight) => `rnn_layers.2.${weight}_l0`),
    );
    upstream.dispose();
  });
});
