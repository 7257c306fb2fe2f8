import { type Checkpointable, InputError } from '@s3/interface';
import { chosenSettings } from '../config/chosen-settings.ts';
import { plateau } from './plateau.ts';
import type { SchedulerName, SchedulerSettings } from './scheduler-settings.ts';

/** What a schedule sets for one step. */
export interface Rate {
  readonly learningRate: number;
  /** first beta, or momentum, where the schedule moves it too */
  readonly momentum?: number;
}

/** The course of the learning rate. */
export interface Schedule extends Checkpointable {
  /** @param stepsDone steps before this one, from 0; the same as torch's `last_epoch` */
  readonly at: (stepsDone: number) => Rate;
  /** Hears of each evaluation; only schedules that follow a metric have it. */
  readonly evaluated?: (value: number) => void;
}

/** What a schedule starts from. */
export interface ScheduleStart {
  /** the optimizer's learning rate */
  readonly learningRate: number;
  readonly totalSteps: number;
  /** whether a smaller or a larger validation metric is better */
  readonly order: 'min' | 'max';
  /** whether the optimizer has a momentum that can be moved */
  readonly hasMomentum: boolean;
}

/**
 * The schedule of these settings. All but `ReduceLROnPlateau` are functions of the step alone.
 *
 * @throws InputError for a setting that this schedule does not read, lacks, or that does not suit the run
 */
export function schedule(settings: SchedulerSettings, start: ScheduleStart): Schedule {
  const chosen = resolveScheduler(settings, start);
  if (settings.name === 'ReduceLROnPlateau') return plateau(chosen as never, start.learningRate);
  return { at: courses[settings.name](chosen as never, start), state: () => ({ tensors: {}, values: {} }), loadState: () => {} };
}

/** A schedule's settings with torch's defaults filled in. */
export function resolveScheduler(settings: SchedulerSettings, start: ScheduleStart): { readonly [setting: string]: unknown } {
  const chosen = chosenSettings('scheduler', settings, defaultsOf(settings.name, start));
  if (settings.name === 'OneCycleLR' && (chosen['cycleSteps'] as number) < start.totalSteps) {
    throw new InputError(
      'scheduler.cycleSteps',
      String(chosen['cycleSteps']),
      `at least training.totalSteps (${start.totalSteps}), since the cycle has no rate after its end`,
      'Leave it out to have both equal.',
    );
  }
  if (settings.name === 'OneCycleLR' && chosen['cycleMomentum'] && !start.hasMomentum) {
    throw new InputError('scheduler.cycleMomentum', 'true', 'an optimizer with betas or momentum', 'Set scheduler.cycleMomentum to false.');
  }
  return chosen;
}

function defaultsOf(name: SchedulerName, { learningRate, totalSteps, order }: ScheduleStart): { readonly [setting: string]: unknown } {
  const defaults: { readonly [Name in SchedulerName]: { readonly [Setting in keyof SchedulerSettings]?: unknown } } = {
    none: {},
    ExponentialLR: { gamma: 0.9 },
    StepLR: { stepSize: null, gamma: 0.1 },
    MultiStepLR: { milestones: null, gamma: 0.1 },
    LambdaLR: { shape: 'warmup', warmupSteps: 0, decaySteps: totalSteps, power: 1, endLearningRate: 1e-7 },
    CosineAnnealingLR: { annealSteps: totalSteps, minLearningRate: 0 },
    OneCycleLR: {
      maxLearningRate: learningRate,
      cycleSteps: totalSteps,
      riseFraction: 0.3,
      annealing: 'cos',
      startDivisor: 25,
      endDivisor: 1e4,
      threePhase: false,
      cycleMomentum: true,
      minMomentum: 0.85,
      maxMomentum: 0.95,
    },
    ReduceLROnPlateau: {
      mode: order,
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLearningRate: 0,
      minChange: 1e-8,
    },
  };
  return defaults[name];
}

type Chosen = { readonly [Setting in keyof SchedulerSettings]-?: NonNullable<SchedulerSettings[Setting]> };
type Course = (settings: Chosen, start: ScheduleStart) => (stepsDone: number) => Rate;

const scaled =
  (factor: (settings: Chosen) => (stepsDone: number) => number): Course =>
  (settings, { learningRate }) => {
    const at = factor(settings);
    return (stepsDone) => ({ learningRate: learningRate * at(stepsDone) });
  };

const courses: { readonly [Name in Exclude<SchedulerName, 'ReduceLROnPlateau'>]: Course } = {
  none: scaled(() => () => 1),
  ExponentialLR: scaled(
    ({ gamma }) =>
      (stepsDone) =>
        gamma ** stepsDone,
  ),
  StepLR: scaled(
    ({ gamma, stepSize }) =>
      (stepsDone) =>
        gamma ** Math.floor(stepsDone / stepSize),
  ),
  MultiStepLR: scaled(
    ({ gamma, milestones }) =>
      (stepsDone) =>
        gamma ** milestones.filter((milestone) => milestone <= stepsDone).length,
  ),

  // torch leaves the function to the caller; these are Hugging Face's get_..._schedule_with_warmup
  LambdaLR:
    ({ shape, warmupSteps, decaySteps, power, endLearningRate }, { learningRate }) =>
    (stepsDone) => {
      if (stepsDone < warmupSteps) return { learningRate: (learningRate * stepsDone) / warmupSteps };
      if (shape === 'warmup') return { learningRate };
      const left = Math.max(0, (decaySteps - stepsDone) / Math.max(1, decaySteps - warmupSteps));
      if (shape === 'linear') return { learningRate: learningRate * left };
      return { learningRate: left === 0 ? endLearningRate : (learningRate - endLearningRate) * left ** power + endLearningRate };
    },

  CosineAnnealingLR:
    ({ annealSteps, minLearningRate }, { learningRate }) =>
    (stepsDone) => ({
      learningRate: minLearningRate + ((learningRate - minLearningRate) * (1 + Math.cos((Math.PI * stepsDone) / annealSteps))) / 2,
    }),

  OneCycleLR: (settings) => {
    const { maxLearningRate: high, cycleSteps, riseFraction, threePhase, minMomentum, maxMomentum } = settings;
    const first = high / settings.startDivisor;
    const last = first / settings.endDivisor;
    const peak = riseFraction * cycleSteps - 1;
    const phases = [
      { end: peak, from: first, to: high, momentumFrom: maxMomentum, momentumTo: minMomentum },
      ...(threePhase ? [{ end: 2 * peak, from: high, to: first, momentumFrom: minMomentum, momentumTo: maxMomentum }] : []),
      {
        end: cycleSteps - 1,
        from: threePhase ? first : high,
        to: last,
        momentumFrom: threePhase ? maxMomentum : minMomentum,
        momentumTo: maxMomentum,
      },
    ];
    const between = (from: number, to: number, share: number) =>
      settings.annealing === 'cos' ? to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share)) : from + (to - from) * share;
    return (stepsDone) => {
      const found = phases.findIndex(({ end }) => stepsDone <= end);
      const index = found < 0 ? phases.length - 1 : found;
      const phase = phases[index]!;
      const begin = phases[index - 1]?.end ?? 0;
      const share = phase.end > begin ? (stepsDone - begin) / (phase.end - begin) : 1;
      return {
        learningRate: between(phase.from, phase.to, share),
        ...(settings.cycleMomentum && { momentum: between(phase.momentumFrom, phase.momentumTo, share) }),
      };
    };
  },
};
