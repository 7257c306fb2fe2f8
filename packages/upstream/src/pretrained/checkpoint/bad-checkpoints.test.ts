import { rm } from 'node:fs/promises';
import { InputError, S3Error, StateError } from '@s3/interface';
import { waveformsOf } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type CaseName,
  checkpointFiles,
  headerBytes,
  type NamedValues,
  recordedCase,
  recordedWeights,
  safetensorsBytes,
  temporaryFolder,
} from '../../fixtures/small-checkpoint.ts';
import { pretrainedUpstream } from '../pretrained-upstream.ts';
import { openSafetensors } from '../tensor-files/safetensors.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

type Files = { readonly [file: string]: string | Uint8Array | undefined };

/** Loads a checkpoint whose files are those of a good one, some of them changed or left out. */
async function load(changed: Files, name: CaseName = 'hubert-base') {
  const files = Object.entries({ ...checkpointFiles(name), ...changed }).filter(([, content]) => content !== undefined);
  const folder = await temporaryFolder(Object.fromEntries(files) as { [file: string]: string | Uint8Array });
  folders.push(folder);
  return pretrainedUpstream(folder, { batching: 's3prl', layerDrop: 0, trainFeatureEncoder: true, engine: 'tensorflow' });
}
const withWeights = (change: (weights: NamedValues[]) => NamedValues[], name: CaseName = 'hubert-base') =>
  load({ 'model.safetensors': safetensorsBytes(change(recordedWeights(name))) }, name);
const good = checkpointFiles('hubert-base')['model.safetensors'] as Buffer;

/** A safetensors file of this header and so many bytes of data. */
const fileOf = (header: unknown, bytes: number) => Buffer.concat([headerBytes(header), Buffer.alloc(bytes)]);

describe('a damaged safetensors file is refused', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const huge = Buffer.alloc(64);
  huge.writeBigUInt64LE(2n ** 60n);
  test.each([
    ['empty', Buffer.alloc(0), '0 bytes'],
    ['cut in its length', good.subarray(0, 5), '5 bytes'],
    ['cut in its header', good.subarray(0, 300), 'in a file of 300'],
    ['cut in its data', good.subarray(0, good.length - 7), `expected ${good.length}`],
    ['with bytes after its data', Buffer.concat([good, Buffer.alloc(4)]), `expected ${good.length}`],
    ['with a header of 2^60 bytes', huge, 'a header of 1152921504606846976 bytes in a file of 64; expected at most 56'],
    ['with a header of no JSON', Buffer.concat([headerBytes({}).subarray(0, 8), Buffer.from('{,')]), 'no JSON'],
    ['with a list for a header', fileOf([1], 0), 'no JSON object'],
    [
      'with overlapping tensors',
      fileOf({ a: entry, b: { ...entry, data_offsets: [4, 12] } }, 12),
      "tensor 'b' at byte 4 of the data; expected it at byte 8",
    ],
    ['with a gap between tensors', fileOf({ a: entry, b: { ...entry, data_offsets: [12, 20] } }, 20), "tensor 'b' at byte 12"],
    ['with offsets beyond its end', fileOf({ a: { ...entry, shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }, 8), 'expected 4398046511'],
    [
      'with a size that does not fit its shape',
      fileOf({ a: { ...entry, shape: [3] } }, 8),
      "8 bytes for tensor 'a' of F32 [3]; expected 12",
    ],
    ['with negative offsets', fileOf({ a: { ...entry, data_offsets: [-8, 0] } }, 8), 'two offsets'],
    ['with offsets that are no whole numbers', fileOf({ a: { ...entry, data_offsets: [0, 8.5] } }, 8), 'two offsets'],
    ['with a shape of its own making', fileOf({ a: { ...entry, shape: [2, -1] } }, 8), 'a list of whole numbers'],
    ['with an unknown type', fileOf({ a: { ...entry, dtype: 'F3' } }, 8), 'of type "F3"'],
    ['with null for a tensor', fileOf({ a: null }, 0), 'of type undefined'],
    ['with a type named like a property of objects', fileOf({ a: { ...entry, dtype: 'constructor' } }, 8), 'of type "constructor"'],
  ])('%s', async (_, bytes, message) => {
    const before = tf.memory().numTensors;
    const answer = load({ 'model.safetensors': bytes });
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toThrow(InputError);
    await expect(answer).rejects.toThrow('model.safetensors');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('or still whole, whichever bit of its header is turned', async () => {
    const header = 8 + Number(good.readBigUInt64LE());
    let refused = 0;
    let tried = 0;
    for (let bit = 0; bit < header * 8; bit += 101) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      tried += 1;
      try {
        (await load({ 'model.safetensors': bytes })).dispose();
      } catch (error) {
        expect(S3Error.isInstance(error), `bit ${bit}: ${error}`).toBe(true);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0.9 * tried);
  });
});

describe('weights are refused', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('that hold %s, by name', async (value) => {
    const before = tf.memory().numTensors;
    const answer = withWeights((weights) => {
      weights[20]!.values[3] = value;
      return weights;
    });
    const { name } = recordedWeights('hubert-base')[20]!;
    await expect(answer).rejects.toThrow(`found ${value} in tensor '${name}', value 3`);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('that are missing, unknown or misshapen, every one by name', async () => {
    const answer = withWeights((weights) => [
      ...weights
        .filter(({ name }) => name !== 'encoder.layer_norm.bias')
        .map((weight) => (weight.name === 'feature_projection.projection.weight' ? { ...weight, shape: [6, 8] } : weight)),
      { name: 'encoder.layers.9.attention.q_proj.bias', shape: [1], values: new Float32Array(1) },
    ]);
    await expect(answer).rejects.toThrow(StateError);
    await expect(answer).rejects.toThrow('encoder.layer_norm.bias: missing');
    await expect(answer).rejects.toThrow('feature_projection.projection.weight: has shape [6,8], needs [8,6]');
    await expect(answer).rejects.toThrow('encoder.layers.9.attention.q_proj.bias: unknown here');
  });

  test('that are of whole numbers', async () => {
    const header = { 'encoder.layer_norm.bias': { dtype: 'I32', shape: [2], data_offsets: [0, 8] } };
    folders.push(await temporaryFolder({ 'a.safetensors': fileOf(header, 8) }));
    const { tensors, close } = await openSafetensors(`${folders.at(-1)}/a.safetensors`);
    await expect(tensors.get('encoder.layer_norm.bias')!.read()).rejects.toThrow('of type I32');
    await close();
  });
});

describe('weights are accepted', () => {
  const hiddenStates = async (upstream: Awaited<ReturnType<typeof load>>) =>
    (await upstream.extract(waveformsOf([900]))).map(({ values }) => values.dataSync());

  test('with the names of older versions, under the name of the encoder, beside heads', async () => {
    const renamed = await withWeights((weights) => [
      ...weights.map((weight) => ({
        ...weight,
        name: `hubert.${weight.name.replace('parametrizations.weight.original0', 'weight_g').replace('parametrizations.weight.original1', 'weight_v')}`,
      })),
      { name: 'hubert.masked_spec_embed', shape: [1], values: new Float32Array(1) },
      { name: 'lm_head.bias', shape: [1], values: new Float32Array(1) },
    ]);
    expect(Object.keys(renamed.state().tensors).some((name) => name.startsWith('hubert.'))).toBe(false);
    expect(await hiddenStates(renamed)).toEqual(await hiddenStates(await load({})));
  });

  test('in several parts', async () => {
    const weights = recordedWeights('hubert-base');
    const partOf = (index: number) => `model-0000${1 + (index % 2)}-of-00002.safetensors`;
    const parts = {
      'model.safetensors': undefined,
      [partOf(0)]: safetensorsBytes(weights.filter((_, index) => index % 2 === 0)),
      [partOf(1)]: safetensorsBytes(weights.filter((_, index) => index % 2 === 1)),
    };
    const weight_map = Object.fromEntries(weights.map(({ name }, index) => [name, partOf(index)]));
    const index = (map: object) => ({ ...parts, 'model.safetensors.index.json': JSON.stringify({ weight_map: map }) });
    expect(await hiddenStates(await load(index(weight_map)))).toEqual(await hiddenStates(await load({})));

    await expect(load({ ...index(weight_map), [partOf(1)]: undefined })).rejects.toThrow(`${partOf(1)}: found no file`);
    await expect(load(index({ ...weight_map, extra: partOf(0) }))).rejects.toThrow("no tensor 'extra'");
    await expect(load(index({ extra: '../model.safetensors' }))).rejects.toThrow("the part '../model.safetensors'");
    await expect(load(index({ extra: 1 }))).rejects.toThrow('weight_map.extra');
  });

  test('in half precision, either kind', async () => {
    const values = [1, -2, 0.5, 65504, 2 ** -24, 2 ** -14, 0, -0];
    const half = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x7bff, 0x0001, 0x0400, 0, 0x8000);
    const brain = Uint16Array.from(
      [1, -2, 0.5, 3.3895313892515355e38, 2 ** -133, 2 ** -126, 0, -0],
      (value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16,
    );
    const header = {
      half: { dtype: 'F16', shape: [8], data_offsets: [0, 16] },
      brain: { dtype: 'BF16', shape: [8], data_offsets: [16, 32] },
    };
    folders.push(await temporaryFolder({ a: Buffer.concat([headerBytes(header), Buffer.from(half.buffer), Buffer.from(brain.buffer)]) }));
    const { tensors, close } = await openSafetensors(`${folders.at(-1)}/a`);
    expect(Array.from(await tensors.get('half')!.read())).toEqual(values);
    expect(Array.from(await tensors.get('brain')!.read())).toEqual([1, -2, 0.5, 3.3895313892515355e38, 2 ** -133, 2 ** -126, 0, -0]);
    await close();
  });
});

describe('settings are refused', () => {
  const config = recordedCase('hubert-base').config;
  test.each([
    ['no JSON', '{', 'no JSON'],
    ['a list', '[]', 'config.json'],
    ['another kind of network', JSON.stringify({ ...config, model_type: 'bert' }), 'model_type'],
    ['no kind of network', JSON.stringify({ ...config, model_type: undefined }), 'model_type'],
    ['another activation', JSON.stringify({ ...config, hidden_act: 'swish' }), 'hidden_act'],
    [
      'heads that do not divide the size',
      JSON.stringify({ ...config, num_attention_heads: 3 }),
      'num_attention_heads: has to divide hidden_size, 8',
    ],
    ['lists of other lengths', JSON.stringify({ ...config, conv_stride: [5] }), 'conv_stride: has to have 6 entries'],
    ['adapters of nothing', JSON.stringify({ ...config, adapter_attn_dim: 0 }), 'adapter_attn_dim'],
    ['a size of nothing', JSON.stringify({ ...config, hidden_size: 0 }), 'hidden_size'],
    ['layers without end', JSON.stringify({ ...config, num_hidden_layers: 1e12 }), 'num_hidden_layers'],
  ])('%s', async (_, text, message) => {
    const answer = load({ 'config.json': text });
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toThrow(InputError);
  });

  test('that do not fit the weights, by the names of the weights', async () => {
    const answer = load({ 'config.json': JSON.stringify({ ...config, num_hidden_layers: 3, intermediate_size: 16 }) });
    await expect(answer).rejects.toThrow('encoder.layers.2.attention.k_proj.weight: missing');
    await expect(answer).rejects.toThrow('encoder.layers.0.feed_forward.intermediate_dense.weight: has shape [12,8], needs [16,8]');
  });

  test('a folder without them, or without weights', async () => {
    await expect(load({ 'config.json': undefined })).rejects.toThrow('config.json: found no readable file (ENOENT)');
    await expect(load({ 'model.safetensors': undefined })).rejects.toThrow('no weights');
    await expect(load({ 'model.safetensors': undefined, 'pytorch_model.bin': 'x' })).rejects.toThrow(
      'pytorch_model.bin: found no readable archive',
    );
    await expect(load({ 'preprocessor_config.json': '{"do_normalize": 3}' })).rejects.toThrow('do_normalize');
  });

  test('but none for a preprocessor are taken as HuBERT base has them', async () => {
    const upstream = await load({ 'preprocessor_config.json': undefined });
    expect(upstream.sampleRate).toBe(16_000);
    upstream.dispose();
  });
});
