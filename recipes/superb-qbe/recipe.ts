/**
 * SUPERB query by example (QbE) on QUESST 2014, or on csv files: which documents have a spoken query.
 *
 * Nothing is trained. The hidden states of queries and documents are compared by subsequence DTW, layer by layer; the layer of the
 * best maximum term weighted value (MTWV) on the validation queries is tested.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 */
import { join } from 'node:path';
import {
  audioDataset,
  dataLoader,
  documentTable,
  fixedBatchSampler,
  prepareSearch,
  queryTable,
  type SearchUtterance,
  searchCorpus,
  utteranceBatch,
} from '@s3/dataio';
import { defineProblem, defineRecipe, InputError, type PhaseRun, settingPath, type Table, withDefaults } from '@s3/interface';
import type { SearchLog, SearchReference } from '@s3/task-query-by-example';
import { trainingSettings } from '@s3/trainer';
import taskRecipe from './task-recipe.ts';

export default defineRecipe({
  ...taskRecipe.spec,
  settings: {
    ...taskRecipe.spec.settings,
    corpus: searchCorpus.prefault({}),
    // SUPERB lowers the volume of all recordings
    audio: withDefaults(audioDataset.config.pick({ sampleRate: true, gainDecibels: true }), { gainDecibels: -3 }).prefault({}),
    training: trainingSettings.pick({ seed: true, autoResume: true, resumeFrom: true, onConfigChange: true }).prefault({}),
  },

  prepare: (config, context) => prepareSearch(config.corpus, context),
  encode: () => ({}),

  async buildProblem({ config, corpus, task, context }) {
    const { minSamples, sampleRate } = task.model;
    const read = async (utterances: readonly SearchUtterance[]) => {
      const searched = utterances.flatMap(({ path, ...rest }) => (path === undefined ? [] : [{ ...rest, path }]));
      const dataset = await audioDataset({ utterances: searched, minSamples, modelRate: sampleRate, ...context }, config.audio, context);
      return dataLoader({ dataset, sampler: fixedBatchSampler(dataset), collate: utteranceBatch }); // whole utterances, one a batch
    };
    const table = documentTable(corpus.train, join(context.targetDir, 'train.csv'));
    const documents = table.map(({ id }) => id);
    const known = new Set(documents);
    const batches = await read(table);
    async function referenceOf(name: string, rows: Table): Promise<SearchReference> {
      const queries = queryTable(rows, known, join(context.targetDir, `${name}.csv`));
      const occurrences = new Map(queries.map((query) => [query.id, query.documents]));
      return { queries: await read(queries), occurrences, documents, onProgress: context.onProgress };
    }
    if (!corpus.valid && task.layers.length > 1) {
      throw new InputError(
        'corpus.valid',
        'nothing',
        `queries to choose one of ${task.layers.length} layers by`,
        `Give them, or name one layer: --${settingPath(config.task, 'layers')} 6.`,
      );
    }
    if (task.layers.length > 1 && config.upstream.cache === undefined) {
      context.onMessage?.(
        'each document goes through the upstream once for its mean, once for the validation and once for each test set; with upstream.cache FOLDER its hidden states are computed once and kept',
      );
    }
    const tests: Record<string, PhaseRun<SearchLog>> = {};
    for (const [name, rows] of Object.entries(corpus.tests)) tests[name] = task.test.over(batches, await referenceOf(name, rows));
    return defineProblem({
      ...(corpus.valid && { valid: task.valid.over(batches, await referenceOf('valid', corpus.valid)), settle: task.settle }),
      tests,
      best: { metric: 'mtwv', order: 'max' },
    });
  },
});
