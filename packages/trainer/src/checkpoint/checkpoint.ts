import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { parse } from 'yaml';
import { replaceDirectory, writeFlushed } from '../files/replace-directory.ts';
import { type NamedFiles, openCheckpointFiles } from '../memory/checkpoint-files.ts';
import { findCheckpointFolder } from '../memory/find-checkpoint-folder.ts';
import { isZip, unzipFiles } from '../memory/zip.ts';
import {
  type Checkpoint,
  type CheckpointContent,
  checkpointParts,
  checkpointTexts,
  damaged,
  parseState,
  stateText,
} from './checkpoint-state.ts';
import { checksum, fileChecksum } from './checksum.ts';
import { columnsFromJson } from './column-json.ts';
import { loadPart } from './load-part.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

export type { Checkpoint, CheckpointContent, CheckpointState } from './checkpoint-state.ts';

/** Saves a checkpoint; the directory appears whole or not at all. */
export async function writeCheckpoint(directory: string, content: CheckpointContent): Promise<void> {
  await replaceDirectory(directory, async (aside) => {
    const files: { [file: string]: string } = {};
    for (const part of checkpointParts) {
      const file = `${part}.safetensors`;
      files[file] = (await writeSafetensors(join(aside, file), content[part].state().tensors)).sha256;
    }
    for (const [file, text] of Object.entries(checkpointTexts(content))) {
      await writeFlushed(join(aside, file), text);
      files[file] = checksum(text);
    }
    // last, since it vouches for the others
    await writeFlushed(join(aside, 'state.json'), stateText(content, files, checksum));
  });
}

/**
 * Opens a checkpoint after comparing every file with its checksum.
 *
 * @param directory its folder; or a zip of it, or of a run, of which the best on the validation set is taken, else the newest
 * @throws InputError naming the file that is missing, damaged or of a newer format
 */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  if (isZip(directory)) {
    const files = await readZip(directory);
    return openCheckpointFiles(files, directory, findCheckpointFolder(files, directory));
  }
  const path = join(directory, 'state.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw damaged(path, cause.code === 'ENOENT' ? 'nothing' : String(cause.code), 'the state of a checkpoint', cause);
  });
  const { state, files } = parseState(text, path, checksum);
  for (const [file, expected] of Object.entries(files)) {
    const found = await fileChecksum(join(directory, file)).catch((cause: NodeJS.ErrnoException) => {
      throw damaged(join(directory, file), cause.code === 'ENOENT' ? 'nothing' : String(cause.code), 'a file of a checkpoint', cause);
    });
    if (found !== expected) throw damaged(join(directory, file), 'another content than was written', `checksum ${expected.slice(0, 12)}`);
  }

  return {
    directory,
    state,
    files,
    config: parse(await readFile(join(directory, 'config.yaml'), 'utf8')),
    encoders: JSON.parse(await readFile(join(directory, 'encoders.json'), 'utf8')),
    sinceLog: async () => columnsFromJson(JSON.parse(await readFile(join(directory, 'since-log.json'), 'utf8'))),
    async load(part, into) {
      const file = join(directory, `${part}.safetensors`);
      loadPart(part, into, await readSafetensors(file), state, file);
    },
  };
}

/** The files of a zip. @throws InputError for one that is not there, or that `unzipFiles` refuses */
export async function readZip(path: string): Promise<NamedFiles> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(path, cause.code === 'ENOENT' ? 'nothing' : String(cause.code), 'the zip of a checkpoint', 'Check the path.', {
      cause,
    });
  });
  return unzipFiles(bytes, path);
}

/** Whether there is a file or folder. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
