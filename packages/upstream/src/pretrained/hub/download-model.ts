import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout } from 'node:timers/promises';
import type { PathInfo } from '@huggingface/hub';
import { InputError, S3Error } from '@s3/interface';
import { readPartNames, weightLayouts } from '../checkpoint/checkpoint-folder.ts';
import { cachedModel, exists, hubToken } from './hub-cache.ts';

const settingFiles = ['config.json', 'preprocessor_config.json'];

/**
 * Downloads a model's settings and weights, or one file of it, from the Hugging Face hub to the shared cache.
 *
 * Every file is checked against its hash before it gets its name. A download that was cut off
 * goes on where it stopped; two programs that want the same file wait for each other.
 * `HF_ENDPOINT`, `HF_TOKEN` and `HF_HOME` are honoured.
 *
 * @param wanted path of the file in the model
 * @returns the model's folder, or the file
 * @throws InputError when the hub cannot be reached, does not know the model or refuses it
 */
export async function downloadModel(id: string, wanted?: string): Promise<string> {
  const hub = await import('@huggingface/hub'); // late: most programs never need it
  const accessToken = await hubToken();
  const access = {
    hubUrl: (process.env['HF_ENDPOINT'] || hub.HUB_URL).replace(/\/+$/, ''),
    ...(accessToken && { accessToken }),
  };
  const model = cachedModel(id);
  try {
    const { sha: commit } = await hub.modelInfo({ name: id, additionalFields: ['sha'], ...access });
    const present = (paths: string[]) => hub.pathsInfo({ repo: id, revision: commit, paths, ...access });
    const fetchFile = async (file: PathInfo) => {
      const hash = file.lfs?.oid ?? file.oid;
      if (!hash || !/^[0-9a-f]{40,64}$/.test(hash)) throw new TypeError(`${file.path} has no hash to check it by`);
      await fetchBlob(model.blob(hash), { size: file.size, hash, isLarge: file.lfs !== undefined }, async (from) => {
        const blob = await hub.downloadFile({ repo: id, path: file.path, revision: commit, ...access });
        if (!blob) throw new TypeError(`${file.path} is listed but not there`);
        return blob.slice(from).stream() as ReadableStream;
      });
      await model.link(commit, file.path, hash);
    };

    if (wanted !== undefined) {
      const [file] = await present([wanted]);
      if (!file) {
        const remedy = 'Check its name, or give a local copy as upstream.path.';
        throw new InputError(`the model '${id}' on ${access.hubUrl}`, `no file '${wanted}'`, 'it there', remedy);
      }
      await fetchFile(file);
      await model.setCommit(commit);
      return join(model.snapshot(commit), wanted);
    }
    const files = await present([...settingFiles, ...weightLayouts.flatMap(({ file, index }) => [file, index])]);
    const named = (path: string) => files.find((file) => file.path === path);
    for (const path of settingFiles) if (named(path)) await fetchFile(named(path)!);
    const layout = weightLayouts.find(({ file, index }) => named(file) ?? named(index));
    if (!layout) {
      throw new InputError(
        `the model '${id}' on ${access.hubUrl}`,
        'no weights',
        weightLayouts.map(({ file }) => file).join(' or '),
        'Choose another model, or convert this one and give its folder as upstream.path.',
      );
    }
    const whole = named(layout.file);
    if (whole) await fetchFile(whole);
    else {
      await fetchFile(named(layout.index)!);
      for (const part of await present(await readPartNames(model.snapshot(commit), layout))) await fetchFile(part);
    }
    await model.setCommit(commit);
    return model.snapshot(commit);
  } catch (error) {
    throw S3Error.isInstance(error) ? error : hubTrouble(id, access.hubUrl, error as Error & { statusCode?: number });
  }
}

function hubTrouble(id: string, hubUrl: string, error: Error & { statusCode?: number }): InputError {
  const where = `the model '${id}' on ${hubUrl}`;
  if (error.statusCode === 401 || error.statusCode === 403 || error.statusCode === 404) {
    return new InputError(
      where,
      `the answer ${error.statusCode}`,
      'a model that may be read',
      'Check its name (there is no folder of that name either); for a model that is private or gated accept its terms and set HF_TOKEN.',
      { cause: error },
    );
  }
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return new InputError(
    where,
    `no usable answer (${cause?.code ?? cause?.message ?? error.message})`,
    'a download',
    `Check the network and HF_ENDPOINT and run again, which goes on where it stopped; or give a local copy as upstream.path (there is no ${resolve(id)}).`,
    { cause: error },
  );
}

interface Expected {
  readonly size: number;
  readonly hash: string;
  /** its hash is that of its content; that of others has git's header in front */
  readonly isLarge: boolean;
}

/** Fetches a file to the path of its hash, from where an earlier try stopped. */
async function fetchBlob(path: string, expected: Expected, streamFrom: (byte: number) => Promise<ReadableStream>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await alone(`${path}.lock`, async () => {
    if (await exists(path)) return;
    const partial = `${path}.incomplete`;
    const have = await stat(partial).then(
      ({ size }) => size,
      () => 0,
    );
    const from = have <= expected.size ? have : 0;
    if (from < expected.size || expected.size === 0) {
      await pipeline(Readable.fromWeb(await streamFrom(from)), createWriteStream(partial, { flags: from > 0 ? 'a' : 'w' }));
    }
    if ((await hashOf(partial, expected)) !== expected.hash) {
      await rm(partial);
      throw new InputError(
        path,
        'other content than the hub announced',
        `the hash ${expected.hash}`,
        'The download was damaged and has been removed; run again.',
      );
    }
    await rename(partial, path);
  });
}

async function hashOf(path: string, { size, isLarge }: Expected): Promise<string> {
  const hash = isLarge ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Runs the work while no other program on this machine runs its work under the same lock file. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
    // the owner may be just about to write its number
    if (owner > 0 && !isRunning(owner)) await rm(lock, { force: true });
    else await setTimeout(200);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
