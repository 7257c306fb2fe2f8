import { categoryEncoder } from '@s3/dataio';
import { hearFramePrediction } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { type EventMetric, eventPrediction, type UsualDecisions } from '@s3/task-events';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const usualParts = { upstream: namedUpstream, featurizer: weightedSum, downstream: hearFramePrediction, task: eventPrediction };
/** How recordings are cut into what the model hears at once. */
export const chunks = z
  .strictObject({
    chunkSeconds: z.number().positive().default(4).describe('seconds of a chunk, which the model hears at once'),
    keepShortChunk: z.boolean().default(true).describe('keep the last chunk of a recording where it is shorter than the others'),
  })
  .prefault({});
const settings = {
  // recordings are predicted as test sets are
  testData: chunks,
  model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
};
type Build = TaskBuild<
  typeof usualParts,
  typeof settings,
  {
    readonly labels: readonly string[];
    /** chooses checkpoints and decisions */
    readonly metric: EventMetric;
    /** decisions to choose among */
    readonly usual: { readonly [Decision in keyof UsualDecisions]: UsualDecisions[Decision] };
  }
>;

/** What a checkpoint of HEAR's events is built of. */
export default defineTaskRecipe({
  name: 'hear-event',
  summary: 'HEAR tasks of events (DCASE 2016, MAESTRO) or csv files: what sounds when, scored by F1 of events',
  parts: usualParts,
  settings,

  async buildTask({ config, parts, encoders: { labels, metric, usual }, context }: Build) {
    const categories = categoryEncoder(labels);
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const downstream = parts.downstream({ input: featurizer.output, outputSize: categories.size }, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, categories, metric, usual, chunks: config.testData }, config.task, context);
  },
});
