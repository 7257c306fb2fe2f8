import { siSdr } from './si-sdr.ts';
import { sourceOrders } from './source-orders.ts';
import { shortTimeIntelligibility } from './stoi/short-time-intelligibility.ts';

/** What was mixed, what it was mixed of, and what a model made of it; (samples,) each, all as long. */
export interface SeparatedSources {
  readonly mixture: Float32Array;
  readonly references: readonly Float32Array[];
  /** in any order */
  readonly estimates: readonly Float32Array[];
  /** Hz */
  readonly sampleRate: number;
}

/** How good it is: means over the sources. */
export interface SourceScores {
  /** decibels */
  readonly siSdr: number;
  /** decibels of the mixture itself */
  readonly inputSiSdr: number;
  /** decibels gained */
  readonly siSdrImprovement: number;
  /** undefined where a reference has less than 0.4 s of sound */
  readonly stoi: number | undefined;
  readonly inputStoi: number | undefined;
  readonly estoi: number | undefined;
  /** the reference that each estimate was compared with, by SI-SDR the best order */
  readonly order: readonly number[];
}

/** Scores of one mixture. */
export function judgeSources({ mixture, references, estimates, sampleRate }: SeparatedSources): SourceScores {
  const ratios = estimates.map((estimate) => references.map((reference) => siSdr(estimate, reference)));
  const total = (order: readonly number[]) => order.reduce((sum, reference, output) => sum + ratios[output]![reference]!, 0);
  const order = sourceOrders(references.length).reduce((best, next) => (total(next) > total(best) ? next : best));
  const separated = total(order) / references.length;
  const input = average(references.map((reference) => siSdr(mixture, reference)))!;
  const scorers = references.map((reference) => shortTimeIntelligibility(reference, sampleRate));
  const understood = scorers.map((score, reference) => score(estimates[order.indexOf(reference)]!));
  return {
    siSdr: separated,
    inputSiSdr: input,
    siSdrImprovement: separated - input,
    stoi: average(understood.map((score) => score?.stoi)),
    inputStoi: average(scorers.map((score) => score(mixture)?.stoi)),
    estoi: average(understood.map((score) => score?.extended)),
    order,
  };
}

function average(values: readonly (number | undefined)[]): number | undefined {
  return values.every((value) => value !== undefined) ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
}
