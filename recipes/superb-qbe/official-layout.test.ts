import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineComponent, type Frames, type Upstream } from '@s3/interface';
import { miniatureCorpus } from '@s3/quickstart-data/testing';
import { loadTask, runRecipe } from '@s3/trainer';
import { namedUpstream } from '@s3/upstream';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import recipe from './recipe.ts';

// the official layout in miniature: English documents, of which some are the queries themselves, and Czech ones
const engine = { name: 'cpu', library: 'none', reason: 'a test' } as const;
let root: string;
const documents = [0, 1, 2, 3, 4, 5].map((index) => `Audio/quesst14_${index}.wav`);
const queries = { dev: ['dev_queries/dev_0.wav', 'dev_queries/dev_1.wav'], eval: ['eval_queries/eval_0.wav', 'eval_queries/eval_1.wav'] };
const list = (files: readonly string[], czechFrom: number) =>
  files.map((file, index) => `quesst14Database/${file} ${index < czechFrom ? 'nnenglish' : 'czech'}`);
const truth = (split: string, places: readonly number[]) =>
  places.map((place, index) => `LEXEME quesst14_${place} 1 0.00 1.00 ${split}_${index} lex unknown 1.0`);

beforeAll(async () => {
  root = await miniatureCorpus({
    ...Object.fromEntries(documents.map((file, index) => [file, index])),
    ...Object.fromEntries(queries.dev.map((file, index) => [file, index])),
    ...Object.fromEntries(queries.eval.map((file, index) => [file, index + 2])),
    'scoring/language_key_utterances.lst': list(documents, 4),
    'scoring/language_key_dev.lst': list(queries.dev, 2),
    'scoring/language_key_eval.lst': list(queries.eval, 1),
    'scoring/groundtruth_quesst14_dev/quesst14_dev.rttm': truth('dev', [0, 1]),
    'scoring/groundtruth_quesst14_eval/quesst14_eval.rttm': truth('eval', [2, 3]),
  });
});

test('QUESST 2014 in its official layout is searched, from end to end', async () => {
  const targetDir = join(root, 'exp');
  const config = { targetDir, cacheDir: root, workers: 0, corpus: { root }, upstream: { name: 'fbank' } };
  const { tests, checkpoints, steps } = await runRecipe(recipe, config, { engine, observers: [] });
  expect(checkpoints).toEqual({ eval: 'valid_best' });
  expect(steps).toBe(0);
  // the second query is Czech: judged, and not searched for
  expect(tests['eval']).toMatchObject({ mtwv: 0.5, searchedMtwv: 1, layer: 0 });
  const folder = join(targetDir, 'evaluate', 'valid_best', 'eval');
  expect(readFileSync(join(folder, 'scores.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 4);
  expect(existsSync(join(folder, 'benchmark.stdlist.xml'))).toBe(true);

  const task = await loadTask(recipe, join(targetDir, 'train', 'valid_best'), { cacheDir: root });
  expect(Object.keys(task.state().tensors)).toEqual(['layer', 'frames', 'mean', 'deviation']);
});

/** fbank below two layers that hear nothing. */
const deafBelow = defineComponent({
  name: 'deafBelow',
  config: namedUpstream.config,
  async build(wiring: { readonly cacheDir: string }, config): Promise<Upstream> {
    const upstream = await namedUpstream(wiring, config);
    const [spec] = upstream.layers;
    return {
      ...upstream,
      layers: [spec!, spec!, spec!],
      async extract(waveforms) {
        const [heard] = await upstream.extract(waveforms);
        const { values, lengths } = heard!;
        const deaf = (): Frames => ({ values: tf.randomNormal(values.shape, 0, 1, 'float32', 7), lengths });
        return [deaf(), deaf(), heard!];
      },
    };
  },
});

test('the layer that hears is chosen, kept and reported', async () => {
  const targetDir = join(root, 'layers');
  const config = { targetDir, cacheDir: root, workers: 0, corpus: { root }, upstream: { name: 'fbank' } };
  const messages: string[] = [];
  const observers = [{ message: (_level: string, text: string) => void messages.push(text) }];
  const several = recipe.with({ upstream: deafBelow as never });
  const first = await runRecipe(several, config, { engine, observers });
  expect(first.tests['eval']).toMatchObject({ mtwv: 0.5, layer: 2 });
  expect(messages.join()).toContain('with upstream.cache FOLDER its hidden states are computed once');
  expect(
    readFileSync(join(targetDir, 'train', 'valid_best', 'valid-layers.csv'), 'utf8')
      .trim()
      .split('\n'),
  ).toHaveLength(4);
  expect(readFileSync(join(targetDir, 'report.html'), 'utf8')).toContain('Term weighted value of each layer');
  const again = await runRecipe(several, config, { engine, observers: [] });
  expect(again.tests).toEqual(first.tests);
});

test('without validation queries one of several layers has to be named', async () => {
  const lists = join(root, 'exp');
  const corpus = { documents: join(lists, 'train.csv'), tests: join(lists, 'eval.csv') };
  const config = { targetDir: join(root, 'unnamed'), cacheDir: root, workers: 0, corpus, upstream: { name: 'fbank' } };
  const several = recipe.with({ upstream: deafBelow as never });
  await expect(runRecipe(several, config, { engine, observers: [] })).rejects.toThrow(/corpus\.valid: found nothing.*--task\.layers 6/);
  const named = { ...config, targetDir: join(root, 'named'), task: { layers: [2] } };
  expect((await runRecipe(several, named, { engine, observers: [] })).tests['eval']).toMatchObject({ mtwv: 0.5, layer: 2 });
});
