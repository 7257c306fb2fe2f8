import { defineTaskRecipe, type TaskBuild } from '@s3/interface';
import { queryByExample } from '@s3/task-query-by-example';
import { namedUpstream } from '@s3/upstream';

const usual = { parts: { upstream: namedUpstream, task: queryByExample }, settings: {} };
type Build = TaskBuild<typeof usual.parts, typeof usual.settings, Record<never, never>>;

/** What a checkpoint of SUPERB query by example is built of. */
export default defineTaskRecipe({
  name: 'superb-qbe',
  summary: 'Query by example on QUESST 2014 or csv files, scored by term weighted value',
  ...usual,

  async buildTask({ config, parts, context }: Build) {
    const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream, context);
    return parts.task({ upstream }, config.task, context);
  },
});
