import { mkdtempSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { labelledTables, miniatureCorpus, recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-hear-scene-'));
const { train, test: valid } = labelledTables(folder, ({ spk }, index) => ({
  labels: index % 4 === 0 ? spk : `${spk} ; half${index % 2}`,
}));
const small = {
  upstream: { name: 'fbank_no_cmvn' },
  downstream: { hiddenSize: 8, dropout: 0 },
  trainBatches: { batchSize: 6 },
};

describe('hear-scene on csv files with several labels', () => {
  testRecipe({
    recipe,
    config: { ...small, corpus: { train, valid, tests: valid, predictionType: 'multilabel' } },
    targetDir: () => folder,
    learningRate: 0.05,
  });
});

describe('hear-scene on a task in its published layout', () => {
  const root = join(folder, 'task');
  beforeAll(async () => {
    const files: { [path: string]: number | string[] } = {
      'labelvocabulary.csv': ['idx,label', '0,60', '1,61', '2,72'],
      'task_metadata.json': [
        JSON.stringify({
          task_name: 'nsynth_pitch',
          embedding_type: 'scene',
          prediction_type: 'multiclass',
          nfolds: 3,
          evaluation: ['chroma_acc', 'pitch_acc'],
        }),
      ],
    };
    for (const fold of [0, 1, 2]) {
      files[`fold0${fold}.json`] = [JSON.stringify({ [`${fold}a.wav`]: ['60'], [`${fold}b.wav`]: ['61'], [`${fold}c.wav`]: ['72'] })];
      for (const [index, name] of ['a', 'b', 'c'].entries()) files[`16000/fold0${fold}/${fold}${name}.wav`] = 40 * index + fold;
    }
    const made = await miniatureCorpus(files);
    await cp(made, root, { recursive: true });
  });

  const config = { ...small, corpus: { root, testFold: 1 }, trainBatches: { batchSize: 3 } };
  testRecipe({ recipe, config, targetDir: () => folder, learningRate: 0.01 });

  const parsed = (changes: object = {}) => parseConfig(recipe.name, recipe.config, { ...config, ...changes }) as never;
  const built = async () => {
    const context = recipeContext(folder);
    const corpus = await recipe.prepare(parsed(), context);
    const encoders = (await recipe.encode(parsed(), corpus)) as never;
    const task = (await recipe.buildTask({ config: parsed(), encoders, context })) as never;
    return { encoders, problem: await recipe.buildProblem({ config: parsed(), corpus, encoders, task, context }) };
  };

  test('its metadata says what is scored and what chooses', async () => {
    const { encoders, problem } = await built();
    expect(encoders).toEqual({ labels: ['60', '61', '72'], predictionType: 'multiclass', evaluation: ['chroma_acc', 'pitch_acc'] });
    expect(problem.best).toEqual({ metric: 'chromaAccuracy', order: 'max' });
    expect(Object.keys(problem.tests)).toEqual(['fold01']);
  });

  test('it is not told what it says itself, and has to be scored by known scores', async () => {
    const twice = parsed({ corpus: { root, testFold: 1, predictionType: 'multilabel' } });
    await expect(recipe.prepare(twice, recipeContext(folder))).rejects.toThrow('multilabel beside corpus.root');
    const corpus = await recipe.prepare(parsed(), recipeContext(folder));
    await writeFile(
      join(root, 'task_metadata.json'),
      JSON.stringify({ embedding_type: 'scene', prediction_type: 'multiclass', nfolds: 3, evaluation: ['top1_acc', 'seld'] }),
    );
    await expect(recipe.encode(parsed(), corpus)).rejects.toThrow("the score 'seld'");
  });
});
