import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { pretrainedFolder } from '@s3/upstream';

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
 * @throws InputError for an upstream that is not found, or whose weights are kept otherwise than in one file
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
  const names = await readdir(folder);
  if (!names.includes(weights)) {
    throw new InputError(
      folder,
      `no ${weights}`,
      'the weights of the upstream in one file of that name',
      'In Python, `model.save_pretrained(FOLDER)` writes it.',
    );
  }
  const found = ['config.json', 'preprocessor_config.json', weights].filter((name) => names.includes(name));
  return { files: new Map(found.map((name) => [`upstream/${name}`, join(folder, name)])), path: 'upstream', isOnnx: false };
}
