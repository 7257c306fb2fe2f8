import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const { build } = createRequire(join(root, 'recipes/pages/package.json'))('esbuild');

/**
 * Makes a project that has installed a package of somebody else's with two recipes: the task of `s3 create task` on parts of S3, and that
 * of `s3 create recipe`. It is made by `s3 create` and built, and what it needs of this workspace is linked instead of installed.
 *
 * @param scratch an empty folder
 * @returns folder of the project
 */
export async function pluginProject(scratch) {
  const project = join(scratch, 'project');
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '@s3'), { recursive: true });
  mkdirSync(join(modules, '@tensorflow'));
  for (const group of ['packages', 'recipes']) {
    for (const name of readdirSync(join(root, group))) {
      const manifest = join(root, group, name, 'package.json');
      if (existsSync(manifest)) symlinkSync(join(root, group, name), join(modules, JSON.parse(readFileSync(manifest, 'utf8')).name));
    }
  }
  for (const name of ['zod', '@tensorflow/tfjs-core'])
    symlinkSync(join(root, 'packages/featurizer/node_modules', name), join(modules, name));

  create('task', 'whale-ratings', modules);
  const task = join(modules, 'whale-ratings');
  writeFileSync(join(task, 'src/task.ts'), taskRecipe);
  writeFileSync(join(task, 'src/recipe.ts'), recipe);
  writeFileSync(
    join(task, 'src/node-recipe.ts'),
    `import { readFileSync } from 'node:fs';\nimport recipe from './recipe.ts';\n${nodeRecipe}`,
  );
  writeFileSync(join(task, 'src/calls-task.ts'), callsTask);
  writeFileSync(
    join(task, 'src/calls-recipe.ts'),
    "import { defineRecipe } from '@s3/interface';\nimport task from './calls-task.ts';\nimport recipe from './recipe.ts';\nexport default defineRecipe({ ...recipe.spec, ...task.spec, settings: recipe.spec.settings });\n",
  );
  const manifest = JSON.parse(readFileSync(join(task, 'package.json'), 'utf8'));
  const summary = 'Numbers, predicted from speech';
  manifest.s3 = {
    recipes: [
      { name: 'whale-ratings', summary, module: './dist/recipe.js', task: './dist/task.js' },
      { name: 'whale-calls', summary, module: './dist/calls-recipe.js', task: './dist/calls-task.js' },
      { name: 'whale-node', summary, module: './dist/node-recipe.js' },
    ],
  };
  writeFileSync(join(task, 'package.json'), JSON.stringify(manifest));
  await built(task, ['recipe', 'task', 'calls-recipe', 'calls-task', 'node-recipe']);

  create('recipe', 'whale-voices', modules);
  await built(join(modules, 'whale-voices'), ['index', 'task']);
  const dependencies = { 'whale-ratings': '*', 'whale-voices': '*' };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module', dependencies }));
  return project;
}

function create(kind, name, folder) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'recipes/cli/bin/s3.js'), 'create', kind, name, '--in', folder], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}

const built = (folder, names) =>
  build({
    entryPoints: names.map((name) => join(folder, `src/${name}.ts`)),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    tsconfigRaw: {},
  });

const taskRecipe = `
import { utteranceClassifier } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineTaskRecipe } from '@s3/interface';
import { namedUpstream } from '@s3/upstream';
import { whaleRatings } from './whale-ratings.ts';

export default defineTaskRecipe({
  name: 'whale-ratings',
  summary: 'Numbers, predicted from speech',
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: utteranceClassifier, task: whaleRatings },
  settings: {},
  async buildTask({ config, parts, context }) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const downstream = parts.downstream({ input: featurizer.output, outputSize: 4 }, config.downstream, context);
    return parts.task({ model: connect(upstream, featurizer, downstream) }, config.task, context);
  },
});
`;

/** A task of a name that nobody knows, whose predictions are segments, of a long recording among other results. */
const callsTask = `
import { defineTaskRecipe } from '@s3/interface';
import ratings from './task.ts';

export default defineTaskRecipe({
  ...ratings.spec,
  name: 'whale-calls',
  async buildTask(build) {
    const task = await ratings.spec.buildTask(build);
    const callsOf = (rating) => [
      { call: 'minke', startSeconds: 0, endSeconds: 0.5, rating },
      { call: 'humpback', startSeconds: 0.25, endSeconds: 1.25, rating: rating / 2 },
      { call: 'minke', startSeconds: 1, endSeconds: 1.5, rating },
    ];
    const kinds = [{ label: 'minke', score: 0.75 }, { label: 'humpback', score: 1.5 }];
    const saidOf = (rating, samples) =>
      samples <= 32_000 ? callsOf(rating) : { calls: callsOf(rating), kinds, depth: 12.5, embedding: Float32Array.of(1, 2) };
    const predict = async (waveforms) => (await task.predict(waveforms)).map((rating, row) => saidOf(rating, waveforms.lengths[row]));
    return { ...task, name: 'whale-calls', predict };
  },
});
`;

const recipe = `
import { audioDataset, dataLoader, fixedBatchSampler, readTable, resolveWavPaths, utteranceBatch } from '@s3/dataio';
import { defineProblem, defineRecipe } from '@s3/interface';
import { optimizerSettings, schedulerSettings, trainingSettings } from '@s3/trainer';
import { z } from 'zod';
import task from './task.ts';

export default defineRecipe({
  ...task.spec,
  settings: {
    corpus: z.strictObject({ train: z.string().describe('csv file') }),
    optimizer: optimizerSettings.prefault({}),
    scheduler: schedulerSettings.prefault({}),
    training: trainingSettings.prefault({}),
  },
  async prepare({ corpus }) {
    const table = resolveWavPaths(await readTable(corpus.train, { columns: ['id', 'wav_path', 'target'] }), corpus.train);
    return { train: await table, tests: { test: await table } };
  },
  encode: () => ({}),
  async buildProblem({ corpus, task, context }) {
    const utterances = corpus.train.map((row) => ({ id: row.id, path: row.wav_path, target: Number(row.target) }));
    const dataset = await audioDataset({ utterances, workers: 0 }, { maxSeconds: 1 }, context);
    const collate = (items) => ({ ...utteranceBatch(items), targets: items.map(({ target }) => target) });
    const batches = () => dataLoader({ dataset, sampler: fixedBatchSampler(dataset, { batchSize: 6 }, context), collate });
    return defineProblem({
      train: task.train.over(batches()),
      tests: { test: task.test.over(batches()) },
      best: { metric: 'error', order: 'min' },
    });
  },
});
`;

const nodeRecipe = `
const { name: _, ...spec } = recipe.spec;
export default { ...recipe, name: readFileSync(new URL('../package.json', import.meta.url), 'utf8') && 'whale-node' };
`;
