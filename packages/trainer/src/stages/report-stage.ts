import { join } from 'node:path';
import type { Log } from '@s3/interface';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { replaceFile } from '../files/replace-file.ts';
import { isBetter } from '../training/is-better.ts';
import { evaluationIndex } from './evaluate-stage.ts';
import { fileNames, readStageFile, stageMissing } from './stage-files.ts';

/** The best result on each test set. */
export interface Report {
  readonly metric: string;
  readonly chance?: Log;
  readonly tests: { readonly [testSet: string]: Log };
  readonly checkpoints: { readonly [testSet: string]: string };
}

/** a training that diverged gives NaN and infinities, which `z.number` refuses */
const logSchema = z.record(
  z.string(),
  z.custom<number>((value) => typeof value === 'number', 'expected a number'),
);

/** Stage 4: picks the result that counts on each test set; where several checkpoints were judged it also writes `evaluate/TEST/best_result.yaml`. */
export async function reportStage(targetDir: string): Promise<Report> {
  const indexFile = join(targetDir, 'evaluate', 'index.json');
  const index = await readStageFile(3, indexFile, (text) => evaluationIndex.parse(JSON.parse(text)));
  const folders = fileNames(Object.keys(index.tests));
  const tests: { [testSet: string]: Log } = {};
  const checkpoints: { [testSet: string]: string } = {};
  for (const [testSet, results] of Object.entries(index.tests)) {
    let best: { readonly log: Log; readonly value: number; readonly checkpoint: string } | undefined;
    for (const { checkpoint, folder } of results) {
      const path = join(targetDir, folder, 'result.yaml');
      const log = await readStageFile(3, path, (text) => logSchema.parse(parse(text)));
      const value = log[index.metric];
      if (value === undefined) throw stageMissing(3, path, `no ${index.metric}`);
      if (!best || isBetter(value, best.value, index.order)) best = { log, value, checkpoint };
    }
    if (!best) throw stageMissing(3, indexFile, `no result on ${testSet}`);
    tests[testSet] = best.log;
    checkpoints[testSet] = best.checkpoint;
    if (best.checkpoint !== 'valid_best') {
      const file = join(targetDir, 'evaluate', folders.get(testSet)!, 'best_result.yaml');
      await replaceFile(file, stringify({ checkpoint: best.checkpoint, ...best.log }));
    }
  }
  return { metric: index.metric, ...(Object.keys(index.chance).length > 0 && { chance: index.chance }), tests, checkpoints };
}
