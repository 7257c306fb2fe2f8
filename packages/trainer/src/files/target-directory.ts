import { constants } from 'node:fs';
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { stringify } from 'yaml';
import { exists } from '../checkpoint/checkpoint.ts';
import { timestamp } from '../stages/timestamp.ts';
import { troubleText } from './file-trouble.ts';
import { recoverDirectories } from './replace-directory.ts';
import { replaceFile } from './replace-file.ts';

/** Makes the folder for results. @throws InputError when it cannot be made or written */
export async function makeTarget(targetDir: string): Promise<void> {
  await makeFolder('targetDir', targetDir, constants.W_OK);
}

/** Makes the folder shared between runs, which may be one that can only be read. @throws InputError when it cannot be made */
export async function makeCache(cacheDir: string): Promise<void> {
  await makeFolder('cacheDir', cacheDir, constants.R_OK);
}

async function makeFolder(setting: string, folder: string, permission: number): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, permission);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new InputError(
      setting,
      `${folder}, where nothing can be written (${code === 'EEXIST' ? 'it is a file' : [troubleText(code), code].filter(Boolean).join(', ')})`,
      'a folder that can be made and written',
      `Give another ${setting} or change its permissions.`,
      { cause },
    );
  }
}

/** Removes what killed runs left half written; the lock says that nobody else is writing. */
export async function clearRemains(targetDir: string): Promise<void> {
  for (const directory of [targetDir, join(targetDir, 'train'), join(targetDir, 'evaluate')]) {
    await recoverDirectories(directory);
    for (const name of await readdir(directory).catch(() => [])) {
      if (/^\..*\.partial$|^\.lock-/.test(name)) await rm(join(directory, name), { force: true, recursive: true });
    }
  }
}

/** Writes `configs/<time>.yaml`; a second run within the same second gets a name of its own. */
export async function writeConfig(targetDir: string, config: object): Promise<void> {
  const name = timestamp(new Date());
  let path = join(targetDir, 'configs', `${name}.yaml`);
  for (let count = 2; await exists(path); count++) path = join(targetDir, 'configs', `${name}_${count}.yaml`);
  await replaceFile(path, stringify(config));
}
