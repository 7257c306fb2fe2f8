import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { z } from 'zod';
import { connect } from '../model.ts';
import { defineProblem, defineRecipe } from '../problem.ts';
import { randomStream } from '../random.ts';
import { toyBatches, toyFeaturizer, toyFrameModel, toyModel, toyPooling, toyTask, toyUpstream } from '../toy-parts.fixture.ts';
import { testBatchSampler } from './test-batch-sampler.ts';
import { testDownstream } from './test-downstream.ts';
import { testFeaturizer } from './test-featurizer.ts';
import { testRecipe } from './test-recipe.ts';
import { testTask } from './test-task.ts';
import { testUpstream } from './test-upstream.ts';

// The suites hold for the smallest parts that keep the contract.
describe('upstream', () => testUpstream({ build: () => toyUpstream({ cacheDir: '' }) }));
describe('featurizer', () => testFeaturizer({ build: (layers) => toyFeaturizer(layers) }));
describe('utterance model', () => testDownstream({ build: (spec) => toyPooling(spec) }));
describe('frame model', () => testDownstream({ build: (spec) => toyFrameModel(spec) }));
describe('batch sampler', () => {
  const build = () => ({
    batchesPerEpoch: 3,
    epoch: (epoch: number) => {
      const order = randomStream(epoch).permutation(7);
      return [order.slice(0, 3), order.slice(3, 6), order.slice(6)];
    },
  });
  testBatchSampler({ build, count: 7 });
});
describe('task', () => {
  const build = () => {
    const task = toyTask({ model: toyModel() });
    return { task, train: task.train.over(toyBatches), test: task.test.over(toyBatches) };
  };
  testTask({ build, learningRate: 0.02, metrics: ['error'] });
});
describe('recipe', () => {
  const recipe = defineRecipe({
    name: 'toy',
    summary: 'a toy',
    parts: { upstream: toyUpstream, featurizer: toyFeaturizer, downstream: toyPooling, task: toyTask },
    settings: { corpus: z.object({ rows: z.int().default(2).describe('rows') }).prefault({}) },
    prepare: async ({ corpus }) => ({ train: Array.from({ length: corpus.rows }, (_, row) => ({ id: `${row}` })), tests: { all: [] } }),
    encode: () => ({}),
    buildTask({ config, parts, context }) {
      const upstream = parts.upstream(context, config.upstream, context);
      const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
      return parts.task({ model: connect(upstream, featurizer, parts.downstream(featurizer.output, config.downstream, context)) });
    },
    buildProblem: ({ task }) =>
      defineProblem({
        train: task.train.over(toyBatches),
        tests: { all: task.test.over(toyBatches) },
        best: { metric: 'error', order: 'min' },
      }),
  });
  testRecipe({ recipe, config: {}, targetDir: () => mkdtempSync(join(tmpdir(), 's3-')), learningRate: 0.01 });
});
