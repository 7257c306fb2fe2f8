import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { replaceFile, userCacheDir } from '@s3/trainer';
import { encoderSettings, pretrainedFolder, writeEncoderWeights } from '@s3/upstream';

const weights = 'model.safetensors';

/** Settings of the section `upstream`. */
export type UpstreamSection = Parameters<typeof pretrainedFolder>[0] & { readonly [setting: string]: unknown };

/** The files of an upstream as a page has them. */
export interface UpstreamFiles {
  /** by their address in the page */
  readonly files: ReadonlyMap<string, string>;
  /** what the setting `path` is in the page; absent for an upstream that has no weights */
  readonly path?: string;
  /** whether it runs on onnxruntime-web */
  readonly isOnnx: boolean;
}

/**
 * The files of an upstream; none for one that has no weights.
 *
 * @throws InputError for an upstream that is not found, or whose weights cannot be read
 */
export async function upstreamFiles(upstream: UpstreamSection): Promise<UpstreamFiles> {
  if (upstream.name === 'onnx' && upstream.path !== undefined) {
    const file = resolve(upstream.path);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile())
      throw new InputError(
        'upstream.path',
        `'${upstream.path}', which is not there`,
        'an ONNX file',
        'Check the path, or give another --upstream.path.',
      );
    return { files: new Map([['upstream/model.onnx', file]]), path: 'upstream/model.onnx', isOnnx: true };
  }
  const folder = await pretrainedFolder(upstream);
  if (folder === undefined) return { files: new Map(), isOnnx: false };
  const text = await encoderSettings(folder, upstream.name);
  if (text !== undefined) {
    const file = await inOneFile(folder, [folder]);
    const settings = file.replace(/safetensors$/, `${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`);
    await replaceFile(settings, text);
    return {
      files: new Map([
        ['upstream/config.json', settings],
        [`upstream/${weights}`, file],
      ]),
      path: 'upstream',
      isOnnx: false,
    };
  }
  const names = await readdir(folder);
  const settings = ['config.json', 'preprocessor_config.json'].filter((name) => names.includes(name));
  const files = new Map(settings.map((name) => [`upstream/${name}`, join(folder, name)]));
  const kept = names.filter((name) => /\.(bin|safetensors)$/.test(name)).sort();
  const own = join(folder, weights);
  files.set(
    `upstream/${weights}`,
    kept.includes(weights)
      ? own
      : await inOneFile(
          folder,
          kept.map((name) => join(folder, name)),
        ),
  );
  return { files, path: 'upstream', isOnnx: false };
}

/** Weights that are kept otherwise, as PyTorch's `.bin`, in parts or in a file of S3PRL's own, as a page wants them; made once, in the user's cache folder. */
async function inOneFile(place: string, kept: readonly string[]): Promise<string> {
  const identity = createHash('sha256').update(await realpath(place));
  for (const file of kept) {
    const { size, mtimeMs } = await stat(file);
    identity.update(`\n${basename(file)} ${size} ${mtimeMs}`);
  }
  const file = join(userCacheDir(), 'pages', `${identity.digest('hex').slice(0, 32)}.safetensors`);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeEncoderWeights(place, file);
  return file;
}
