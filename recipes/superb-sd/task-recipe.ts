import { superbDiarization } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { speakerDiarization } from '@s3/task-diarization';
import { namedUpstream } from '@s3/upstream';
import { z } from 'zod';

const modelSettings = z.strictObject({
  speakers: z.int().min(1).max(5).default(2).describe('speakers that the model can tell apart; a recording of more is refused'),
  upstreamTrainable: z.boolean().default(false).describe('train the upstream too'),
});

const usual = {
  parts: { upstream: namedUpstream, featurizer: weightedSum, downstream: superbDiarization, task: speakerDiarization },
  settings: { model: modelSettings.prefault({}) },
};

/** What a checkpoint of SUPERB speaker diarization is built of. */
export default defineTaskRecipe({
  name: 'superb-sd',
  summary: 'Speaker diarization on Kaldi directories, csv files or RTTM, scored by diarization error rate',
  ...usual,

  async buildTask({ config, parts, context }: TaskBuild<typeof usual.parts, typeof usual.settings, Record<string, never>>) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    const featurizer = parts.featurizer(upstream.layers, config.featurizer, context);
    const downstream = parts.downstream({ input: featurizer.output, outputSize: config.model.speakers }, config.downstream, context);
    const model = connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
    return parts.task({ model }, config.task, context);
  },
});
