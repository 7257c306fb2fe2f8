import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type LocalHub, localCommit, localHub } from '../../fixtures/local-hub.ts';
import { checkpointFiles, recordedWeights, safetensorsBytes, temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { namedUpstream } from '../../named-upstream.ts';
import { findCheckpoint } from './find-checkpoint.ts';

const id = 'someone/small-hubert';
const files = new Map(Object.entries(checkpointFiles('hubert-base')).map(([name, content]) => [name, Buffer.from(content)]));
const folderName = 'models--someone--small-hubert';

let hub: LocalHub;
let home: string;
const begin = async (given: ReadonlyMap<string, Buffer> = files) => {
  await hub?.close();
  hub = await localHub(id, given, new Set([...given.keys()].filter((name) => name.endsWith('.safetensors'))));
  vi.stubEnv('HF_ENDPOINT', hub.url);
};
beforeEach(async () => {
  home = await temporaryFolder({});
  vi.stubEnv('HF_HOME', home);
  for (const name of ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_TOKEN', 'HF_TOKEN_PATH'])
    vi.stubEnv(name, '');
  await begin();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(home, { recursive: true });
});

const online = { offline: false };
const downloads = () => hub.requests.filter((request) => request.includes('/resolve/'));

test('downloads a model once, into the cache that Hugging Face programs share', async () => {
  const folder = await findCheckpoint(id, online);
  expect(folder).toBe(join(home, 'hub', folderName, 'snapshots', localCommit));
  for (const [name, content] of files) expect(await readFile(join(folder, name))).toEqual(content);
  expect(await readFile(join(home, 'hub', folderName, 'refs/main'), 'utf8')).toBe(localCommit);
  const blobs = await readdir(join(home, 'hub', folderName, 'blobs'));
  expect(
    blobs.every((name) => /^[0-9a-f]{40,64}$/.test(name)),
    `nothing half done: ${blobs}`,
  ).toBe(true);

  hub.requests.length = 0;
  expect(await findCheckpoint(id, online)).toBe(folder);
  expect(await findCheckpoint(id, { offline: true })).toBe(folder);
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect(await findCheckpoint(id, online)).toBe(folder);
  expect(hub.requests).toEqual([]);

  const upstream = await namedUpstream({ cacheDir: home }, { name: 'hf_hubert_custom', path: id });
  expect(upstream.layers).toEqual(Array.from({ length: 3 }, () => ({ size: 8, downsampleRate: 320 })));
  upstream.dispose();
});

test('goes on where a download was cut off', async () => {
  hub.cutAfter = 600; // the first file longer than that: the weights
  await expect(findCheckpoint(id, online)).rejects.toThrow('run again, which goes on where it stopped');
  const blobs = join(home, 'hub', folderName, 'blobs');
  const partial = (await readdir(blobs)).find((name) => name.endsWith('.incomplete'))!;
  expect((await stat(join(blobs, partial))).size).toBeLessThanOrEqual(600);
  expect(await findCheckpoint(id, { offline: true }).catch((error: Error) => error.message)).toContain('no complete copy');

  await writeFile(join(blobs, partial), files.get('model.safetensors')!.subarray(0, 500));
  const folder = await findCheckpoint(id, online);
  expect(await readFile(join(folder, 'model.safetensors'))).toEqual(files.get('model.safetensors'));
  expect((await readdir(blobs)).some((name) => name.endsWith('.incomplete'))).toBe(false);
});

test('refuses content of another hash, and leaves nothing of it behind', async () => {
  const forged = Buffer.from(files.get('model.safetensors')!);
  forged[forged.length - 1]! ^= 1;
  hub.forged.set('model.safetensors', forged);
  await expect(findCheckpoint(id, online)).rejects.toThrow('other content than the hub announced');
  expect((await readdir(join(home, 'hub', folderName, 'blobs'))).some((name) => /incomplete|lock/.test(name))).toBe(false);
  hub.forged.clear();
  await findCheckpoint(id, online);
});

test('two at once fetch each file once', async () => {
  const [one, other] = await Promise.all([findCheckpoint(id, online), findCheckpoint(id, online)]);
  expect(one).toBe(other);
  // one request to ask for its size and one for its content
  expect(downloads().filter((request) => request.endsWith('model.safetensors')).length).toBe(2);
});

test('fetches every part of sharded weights', async () => {
  const weights = recordedWeights('hubert-base');
  const index = { weight_map: Object.fromEntries(weights.map(({ name }, at) => [name, at < 9 ? 'a.safetensors' : 'b.safetensors'])) };
  await begin(
    new Map([
      ['config.json', files.get('config.json')!],
      ['model.safetensors.index.json', Buffer.from(JSON.stringify(index))],
      ['a.safetensors', safetensorsBytes(weights.slice(0, 9))],
      ['b.safetensors', safetensorsBytes(weights.slice(9))],
    ]),
  );
  const upstream = await namedUpstream({ cacheDir: home }, { name: 'hf_custom', path: id });
  expect(Object.keys(upstream.state().tensors).length).toBe(weights.length);
  upstream.dispose();
});

test('takes pytorch_model.bin where there is nothing better', async () => {
  await begin(new Map([...files, ['pytorch_model.bin', Buffer.from('x')]]));
  await findCheckpoint(id, online);
  expect(downloads().some((request) => request.endsWith('.bin'))).toBe(false);
  await rm(join(home, 'hub'), { recursive: true });
  await begin(
    new Map([
      ['config.json', files.get('config.json')!],
      ['pytorch_model.bin', Buffer.from('x')],
    ]),
  );
  expect(await readFile(join(await findCheckpoint(id, online), 'pytorch_model.bin'), 'utf8')).toBe('x');
});

test('sends the token of the environment or of the login', async () => {
  hub.token = 'hf_secret';
  const answer = findCheckpoint(id, online);
  await expect(answer).rejects.toThrow(/the answer 401.*HF_TOKEN/);
  await writeFile(join(home, 'token'), 'hf_secret\n');
  await findCheckpoint(id, online);
  await rm(join(home, 'hub'), { recursive: true });
  await rm(join(home, 'token'));
  vi.stubEnv('HF_TOKEN', 'hf_secret');
  await findCheckpoint(id, online);
});

test('says what is wrong, and what to do', async () => {
  const refused = async (source: string, options: { offline: boolean }, message: string | RegExp) => {
    const answer = findCheckpoint(source, options);
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toThrow(InputError);
  };
  await refused('./no/such/folder', online, "upstream.path './no/such/folder': found no such folder");
  await refused('/no/such', online, 'no such folder');
  await refused('someone/else', online, /the answer 404.*Check its name/);
  await refused(id, { offline: true }, /no complete copy in .*hub.*upstream\.offline.*hf download someone\/small-hubert/);
  vi.stubEnv('HF_HUB_OFFLINE', 'True');
  await refused(id, online, 'HF_HUB_OFFLINE');
  vi.stubEnv('HF_HUB_OFFLINE', '0');
  await begin(new Map([['config.json', files.get('config.json')!]]));
  await refused(id, online, 'no weights');
  await hub.close();
  await refused(id, online, /ECONNREFUSED.*Check the network.*there is no .*someone.small-hubert/);
  expect(await readdir(join(home, 'hub')).catch(() => [])).not.toContain('refs');
});

test('names lead to checkpoints, and a path to another', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  const build = (config: object) => async () => namedUpstream({ cacheDir: home }, config as never);
  await expect(build({ name: 'wavlm_base_plus' })()).rejects.toThrow("the model 'microsoft/wavlm-base-plus'");
  await expect(build({ name: 'wavlm_base_plus', path: 'me/mine' })()).rejects.toThrow("the model 'me/mine'");
  await expect(build({ name: 'hf_custom' })()).rejects.toThrow("a folder or a model's id");
  await expect(build({ name: 'fbank', path: 'me/mine' })()).rejects.toThrow('fbank has no weights');
  const folder = await temporaryFolder(checkpointFiles('wavlm-base'));
  const upstream = await build({ name: 'wavlm_base', path: folder, normalize: true })();
  expect(upstream.layers.length).toBe(3);
  upstream.dispose();
  await rm(folder, { recursive: true });
});
