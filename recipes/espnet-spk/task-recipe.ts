import { categoryEncoder } from '@s3/dataio';
import { weightedSum } from '@s3/featurizer';
import { connect, defineComponent, defineTaskRecipe, type TaskBuild, withDefaults } from '@s3/interface';
import { speakerVerification } from '@s3/task-asv';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';
import { speakerEncoder } from './src/speaker-encoder.ts';

const features = defineComponent({
  name: namedUpstream.componentName,
  config: withDefaults(namedUpstream.config, { name: 'mel', batching: 'independent' }),
  build: (wiring: Parameters<typeof namedUpstream>[0], config, context) => namedUpstream(wiring, config, context),
});
const marginTask = defineComponent({
  name: speakerVerification.componentName,
  config: withDefaults(speakerVerification.config, {
    loss: 'aamsoftmax_sc_topk',
    margin: 0.3,
    scale: 30,
    scoring: 'euclidean',
    targetPrior: 0.05,
  }),
  build: (wiring: Parameters<typeof speakerVerification>[0], config, context) => speakerVerification(wiring, config, context),
});

const usual = {
  parts: { upstream: features, featurizer: weightedSum, downstream: speakerEncoder, task: marginTask },
  settings: {
    model: z.strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') }).prefault({}),
  },
};
type Build = TaskBuild<typeof usual.parts, typeof usual.settings, { readonly speakers: readonly string[] }>;

/** What a checkpoint of ESPnet's speaker recipe is built of. */
export default defineTaskRecipe({
  name: 'espnet-spk',
  summary: 'Speaker embeddings with an angular margin on VoxCeleb1 or csv files, scored by equal error rate',
  ...usual,

  async buildTask({ config, parts, encoders, context }: Build) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const downstream = parts.downstream(featurizer.output, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, speakers: categoryEncoder(encoders.speakers) }, config.task, context);
  },
});
