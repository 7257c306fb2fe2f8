import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { findCheckpointFolder, isZip, unzipFiles } from '@s3/trainer/memory';

/** A checkpoint, to be handed on as it is. */
export interface CheckpointContent {
  /** what a page calls it: `asv/step_600` of `exp/asv/train/step_600` */
  readonly name: string;
  /** by name, such as `model.safetensors` */
  readonly files: ReadonlyMap<string, { readonly file: string } | { readonly bytes: Uint8Array }>;
  /** its `config.yaml`; empty where there is none */
  readonly config: string;
}

/**
 * The files of a checkpoint.
 *
 * @param checkpoint its folder; or a zip of it, or of a run, of which the best on the validation set is taken, else the newest
 * @throws InputError for a folder or a zip without a checkpoint
 */
export async function checkpointContent(checkpoint: string): Promise<CheckpointContent> {
  const path = resolve(checkpoint);
  if (isZip(path)) {
    const zipped = await readFile(path).catch((cause: unknown) => {
      throw none(checkpoint, cause);
    });
    const all = unzipFiles(zipped, checkpoint);
    const folder = findCheckpointFolder(all, checkpoint);
    const inside = [...all].filter(([file]) => (folder === '' ? !file.includes('/') : dirname(file) === folder));
    const files = new Map(inside.map(([file, bytes]) => [basename(file), { bytes }]));
    return {
      name: nameOf(join(path.replace(/\.zip$/i, ''), folder)),
      files,
      config: new TextDecoder().decode(files.get('config.yaml')?.bytes),
    };
  }
  const names = await readdir(path).catch((): string[] => []);
  if (!names.includes('state.json')) throw none(checkpoint);
  const files = new Map<string, { readonly file: string }>();
  for (const name of names) if ((await stat(join(path, name))).isFile()) files.set(name, { file: join(path, name) });
  return { name: nameOf(path), files, config: await readFile(join(path, 'config.yaml'), 'utf8').catch(() => '') };
}

function none(checkpoint: string, cause?: unknown): InputError {
  const remedy = 'Give a folder such as exp/asv/train/step_600.';
  return new InputError(checkpoint, 'no state.json', 'the folder of a checkpoint, or its zip', remedy, { cause });
}

function nameOf(folder: string): string {
  const parent = dirname(folder);
  const run = basename(parent) === 'train' ? basename(dirname(parent)) : basename(parent);
  return [run, basename(folder)].filter(Boolean).join('/');
}
