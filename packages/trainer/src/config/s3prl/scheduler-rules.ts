import type { S3prlRule } from './s3prl-rule.ts';

/** S3PRL also accepts these outside `conf`, where its own default configuration has gamma and then fails. */
export const schedulerRules: readonly S3prlRule[] = Object.entries({
  name: 'name',
  gamma: 'gamma',
  step_size: 'stepSize',
  milestones: 'milestones',
  T_max: 'annealSteps',
  eta_min: 'minLearningRate',
  min_lr: 'minLearningRate',
  max_lr: 'maxLearningRate',
  total_steps: 'cycleSteps',
  pct_start: 'riseFraction',
  anneal_strategy: 'annealing',
  div_factor: 'startDivisor',
  final_div_factor: 'endDivisor',
  base_momentum: 'minMomentum',
  eps: 'minChange',
  '*': '*',
}).flatMap(([from, to]) =>
  ['build_scheduler.conf.', 'build_scheduler.'].map((section) => ({
    from: section + from,
    to: `scheduler.${to}`,
    scheduler: true as const,
    ...(from === 'name' && { value: (name: unknown) => name ?? 'none' }),
  })),
);
