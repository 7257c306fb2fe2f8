// Where the checks of pages work: a folder of its own, the `s3` command, and recordings.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { someRecordings } from '../../recipes/quickstart-data/src/index.js';
import { root } from '../workspace.mjs';

export const scratch = mkdtempSync(join(tmpdir(), 's3-pages-'));
export const shots = process.env.S3_SCREENSHOTS ?? join(scratch, 'screenshots');
mkdirSync(shots, { recursive: true });
export const s3 = join(root, 'recipes/cli/bin/s3.js');
export const at = (name) => join(scratch, name);
/** Words of a command line none of which has a space in it. */
export const wordsOf = (line) => line.split(' ');

/** Runs s3 and gives what it wrote. */
export function run(...words) {
  return runIn(scratch, ...words);
}

export function runIn(cwd, ...words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [s3, ...words], { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`s3 ${words.join(' ')}\n${stderr}${stdout}`);
  return stdout;
}

export const recordings = someRecordings(3, 6);
export const csv = (name, columns, rows) => {
  writeFileSync(at(name), `${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`);
  return at(name);
};
export const table = (name, column, textIn) =>
  csv(
    name,
    ['id', 'wav_path', column],
    recordings.map((row) => [row.id, row.wav_path, textIn(row)]),
  );

export const files = recordings.map(({ wav_path }) => wav_path);
