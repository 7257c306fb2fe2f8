import type { Schedule } from './schedule.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

type PlateauSettings = {
  readonly [Setting in
    | 'mode'
    | 'factor'
    | 'patience'
    | 'threshold'
    | 'thresholdMode'
    | 'cooldown'
    | 'minLearningRate'
    | 'minChange']: NonNullable<SchedulerSettings[Setting]>;
};

/**
 * Lowers the rate when the validation metric has stopped to improve.
 *
 * It moves once per evaluation, where torch's user would call it once per epoch.
 */
export function plateau(settings: PlateauSettings, firstRate: number): Schedule {
  let learningRate = firstRate;
  let best: number | null = null;
  let badEvaluations = 0;
  let cooldownLeft = 0;

  function isBetter(value: number): boolean {
    if (best === null) return !Number.isNaN(value);
    const margin = settings.thresholdMode === 'rel' ? best * settings.threshold : settings.threshold;
    return settings.mode === 'min' ? value < best - margin : value > best + margin;
  }

  return {
    at: () => ({ learningRate }),
    evaluated(value) {
      if (isBetter(value)) {
        best = value;
        badEvaluations = 0;
      } else badEvaluations += 1;
      if (cooldownLeft > 0) {
        cooldownLeft -= 1;
        badEvaluations = 0;
      }
      if (badEvaluations <= settings.patience) return;
      const lower = Math.max(learningRate * settings.factor, settings.minLearningRate);
      if (learningRate - lower > settings.minChange) learningRate = lower;
      cooldownLeft = settings.cooldown;
      badEvaluations = 0;
    },
    state: () => ({ tensors: {}, values: { learningRate, best, badEvaluations, cooldownLeft } }),
    loadState({ values }) {
      learningRate = Number(values['learningRate']);
      best = values['best'] === null ? null : Number(values['best']);
      badEvaluations = Number(values['badEvaluations']);
      cooldownLeft = Number(values['cooldownLeft']);
    },
  };
}
