import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@s3/interface';
import { replaceDirectory, writeFlushed } from '../files/replace-directory.ts';
import { readStageFile, stageMissing } from './stage-files.ts';

type Encoders = { readonly [name: string]: Json };

/** Writes `encoders/NAME.json` for each. */
export async function writeEncoders(targetDir: string, encoders: Encoders): Promise<void> {
  await replaceDirectory(join(targetDir, 'encoders'), async (directory) => {
    for (const [name, encoder] of Object.entries(encoders)) {
      await writeFlushed(join(directory, `${name}.json`), `${JSON.stringify(encoder, null, 1)}\n`);
    }
  });
}

/** @throws InputError when they are missing or damaged */
export async function readEncoders(targetDir: string): Promise<Encoders> {
  const directory = join(targetDir, 'encoders');
  const files = await readdir(directory).catch((cause) => {
    throw stageMissing(1, directory, 'nothing', cause);
  });
  const encoders: { [name: string]: Json } = {};
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    encoders[file.slice(0, -'.json'.length)] = await readStageFile(1, join(directory, file), (text) => JSON.parse(text) as Json);
  }
  return encoders;
}
