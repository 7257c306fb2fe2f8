import { type Log, type Problem, WiringError } from '@s3/interface';
import type { TrainingSettings } from './training-settings.ts';

/** The validation metric that decides which weights are the best. */
export interface DecidingMetric {
  readonly metric: string;
  readonly order: 'min' | 'max';
}

/** The metric that decides, as settings and problem have it. */
export function decidingMetric({ best }: Problem, { validMetric, validOrder }: TrainingSettings): DecidingMetric {
  return { metric: validMetric ?? best.metric, order: validOrder ?? best.order };
}

/** @throws WiringError where the validation does not give the metric that is to decide */
export function metricOf(log: Log, metric: string): number {
  const value = log[metric];
  if (value === undefined)
    throw new WiringError(
      'the validation',
      `gives ${Object.keys(log).join(', ')}`,
      `training.validMetric is ${metric}; choose one of those`,
    );
  return value;
}
