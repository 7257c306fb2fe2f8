import { readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { someRecordings, trainCsv, trialsCsv } from './index.js';

/** Rows of a csv file whose cells have neither commas nor quotes, paths absolute. */
function rowsOf(csv) {
  const [header, ...lines] = readFileSync(csv, 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  const cellOf = (column, cell) => (column.startsWith('wav_path') ? join(dirname(csv), ...cell.split('/')) : cell);
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cellOf(columns[index], cell)])));
}

export function someTrials(each) {
  const trials = rowsOf(trialsCsv).map(({ id1, id2, wav_path1, wav_path2, label }) => ({ id1, id2, wav_path1, wav_path2, label }));
  return ['1', '0'].flatMap((kind) => trials.filter(({ label }) => label === kind).slice(0, each));
}

export function labelledTables(folder, cellsOf) {
  const rows = someRecordings(3, 4).map(({ id, wav_path, spk }, index) => ({
    ...{ id, wav_path, start_sec: '', end_sec: '0.5' },
    ...cellsOf({ id, spk }, index),
  }));
  const write = (name, some) => {
    writeFileSync(join(folder, name), [Object.keys(rows[0]), ...some.map(Object.values)].map((cells) => `${cells.join(',')}\n`).join(''));
    return join(folder, name);
  };
  return {
    train: write('train.csv', rows),
    test: write(
      'test.csv',
      rows.filter((_, index) => index % 2 === 0),
    ),
  };
}

export async function miniatureCorpus(files) {
  const root = await mkdtemp(join(tmpdir(), 's3-corpus-'));
  const recordings = rowsOf(trainCsv).map(({ wav_path }) => wav_path);
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'number') await copyFile(recordings[content % recordings.length], file);
    else await writeFile(file, `${content.join('\n')}\n`);
  }
  return root;
}

export const recipeContext = (folder) => ({ seed: 0, targetDir: folder, cacheDir: folder, workers: 0, onProgress() {} });

export async function firstTrainingBatch(recipe, config, corpus, folder) {
  const context = recipeContext(folder);
  const encoders = await recipe.encode(config, corpus);
  const task = await recipe.buildTask({ config, encoders, context });
  const { train } = await recipe.buildProblem({ config, corpus, encoders, task, context });
  for await (const { waveforms, labels } of train.batches.epoch(0)) {
    waveforms.values.dispose();
    return { lengths: waveforms.lengths, labels };
  }
  throw new Error('the training set has no batch');
}

export async function withFile(name, text, use) {
  const folder = await mkdtemp(join(tmpdir(), 's3-file-'));
  try {
    await writeFile(join(folder, name), text);
    return await use(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}
