import { InputError } from '@s3/interface';
import { describe, expect, it } from 'vitest';
import fixture from '../fixtures/torch-optim.json' with { type: 'json' };
import { type ScheduleStart, schedule } from './schedule.ts';
import { schedulerSettings } from './scheduler-settings.ts';

const start: ScheduleStart = { learningRate: 0.2, totalSteps: 14, order: 'min', hasMomentum: true };
const make = (settings: object, from = start) => schedule(schedulerSettings.parse(settings), from);

describe('schedule', () => {
  for (const { settings, learningRates, momenta } of fixture.schedules as {
    settings: object;
    learningRates: number[];
    momenta?: number[];
  }[]) {
    it(`agrees with torch's lr_scheduler: ${JSON.stringify(settings)}`, () => {
      const made = make(settings);
      learningRates.forEach((expected, step) => {
        expect(made.at(step).learningRate / (expected || 1)).toBeCloseTo(expected ? 1 : 0, 6);
        if (momenta) expect(made.at(step).momentum).toBeCloseTo(momenta[step]!, 9);
      });
    });
  }

  for (const { settings, metrics, learningRates } of fixture.plateaus) {
    it(`agrees with torch's ReduceLROnPlateau, resumed anywhere: ${JSON.stringify(settings)}`, () => {
      let made = make(settings);
      metrics.forEach((metric, index) => {
        made.evaluated!(metric);
        expect(made.at(0).learningRate).toBeCloseTo(learningRates[index]!, 9);
        const next = make(settings);
        next.loadState(JSON.parse(JSON.stringify(made.state())));
        made = next;
      });
    });
  }

  it('is constant by default', () => {
    expect(make({}).at(7)).toEqual({ learningRate: 0.2 });
  });

  it('names what a schedule lacks or does not read', () => {
    expect(() => make({ name: 'StepLR' })).toThrow(/scheduler\.stepSize: found nothing/);
    expect(() => make({ name: 'none', gamma: 0.5 })).toThrow(/scheduler\.name is none, which reads no further setting/);
    expect(() => make({ name: 'OneCycleLR', cycleSteps: 5 })).toThrow(/at least training\.totalSteps \(14\)/);
    expect(() => make({ name: 'OneCycleLR' }, { ...start, hasMomentum: false })).toThrow(InputError);
  });
});
