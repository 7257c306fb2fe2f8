import { superbSeparation } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { speechSeparation } from '@s3/task-separation';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const modelSettings = z.strictObject({
  fftSize: z.int().min(4).multipleOf(2).default(512).describe('samples of a transform: half as many and one are the bins that a mask has'),
  upstreamTrainable: z.boolean().default(false).describe('train the upstream too'),
});

const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: superbSeparation, task: speechSeparation },
  settings: { model: modelSettings.prefault({}) },
};

/** The one source of noisy speech. */
export const sources = ['clean'];

/** What a checkpoint of SUPERB speech enhancement is built of. */
export default defineTaskRecipe({
  name: 'superb-se',
  summary: 'Speech enhancement on VoiceBank-DEMAND or csv files, scored by STOI and SI-SDR',
  ...usual,

  async buildTask({ config, parts, context }: TaskBuild<typeof usual.parts, typeof usual.settings, Record<string, never>>) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const outputSize = config.model.fftSize / 2 + 1;
    const downstream = parts.downstream({ input: featurizer.output, outputSize, sources: sources.length }, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model, sources }, config.task, context);
  },
});
