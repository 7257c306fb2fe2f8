import { categoryEncoder } from '@s3/dataio';
import { superbXvector } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { speakerVerification } from '@s3/task-asv';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: superbXvector, task: speakerVerification },
  settings: {
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
  },
};
type Build = TaskBuild<typeof usual.parts, typeof usual.settings, { readonly speakers: readonly string[] }>;

/** What a checkpoint of SUPERB speaker verification is built of. */
export default defineTaskRecipe({
  name: 'superb-asv',
  summary: 'Speaker verification on VoxCeleb1 or csv files, scored by equal error rate',
  ...usual,

  async buildTask({ config, parts, encoders, context }: Build) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const downstream = parts.downstream(featurizer.output, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, speakers: categoryEncoder(encoders.speakers) }, config.task, context);
  },
});
