import { probit } from './probit.ts';

/** A mark on an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Where values lie on an axis. */
export interface AxisScale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** 0 at the low end, 1 at the high end, outside for values beyond; NaN for values that have no place */
  readonly position: (value: number) => number;
}

/** Smallest and largest finite value; undefined for none. A loop, since a spread of a million values overflows the stack. */
export function finiteRange(values: Iterable<number>): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * A linear axis with ticks at round numbers.
 *
 * @param ends `round` lets the axis end on ticks, `tight` on the values
 */
export function linearScale(low: number, high: number, ends: 'round' | 'tight' = 'round', tickCount = 5): AxisScale {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // what rounding alone tells apart is one value: ticks so close would have numbers beyond 2^53, where counting stands still
  if (high - low <= size * 1e-9) {
    const margin = size === 0 ? 1 : size * 0.1;
    [low, high] = [low - margin, high + margin];
  }
  const step = roundStep((high - low) / tickCount);
  // the tolerance keeps 0.30000000000000004 on the tick 0.3
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  if (ends === 'round') [low, high] = [first * step, last * step];
  const ticks: Tick[] = [];
  for (let index = first; index <= last; index++) {
    const at = Number((index * step).toPrecision(12));
    if (at >= low - step * 1e-9 && at <= high + step * 1e-9) ticks.push({ at, label: linearLabel(at, step) });
  }
  return { low, high, ticks, position: (value) => (value - low) / (high - low) };
}

/** 1, 2 or 5 times a power of ten, at least as large as asked. */
export function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast) + 1e-9);
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(12));
}

/** A logarithmic axis; values up to 0 have no place on it. */
export function logScale(low: number, high: number): AxisScale {
  if (low === high) [low, high] = [low / 2, high * 2];
  const [firstPower, lastPower] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const decades = Math.log10(high) - Math.log10(low);
  const factors = decades < 1.2 ? [1, 2, 3, 5, 7] : decades < 3 ? [1, 2, 5] : [1];
  const every = decades < 7 ? 1 : Math.ceil(decades / 6);
  const ticks: Tick[] = [];
  for (let power = firstPower; power <= lastPower; power++) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const at = Number((factor * 10 ** power).toPrecision(12));
      if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9)) ticks.push({ at, label: plainOrPower(at) });
    }
  }
  const [start, length] = [Math.log(low), Math.log(high) - Math.log(low)];
  return { low, high, ticks, position: (value) => (value > 0 ? (Math.log(value) - start) / length : Number.NaN) };
}

const probitTicks = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999,
];

/** The axis of a DET curve: probabilities spread as normal deviates, ticks in percent; 0 and 1 lie beyond its ends. */
export function probitScale(low: number, high: number): AxisScale {
  const ticks = probitTicks.filter((at) => at >= low && at <= high).map((at) => ({ at, label: String(Number((at * 100).toPrecision(4))) }));
  const [start, length] = [probit(low), probit(high) - probit(low)];
  return { low, high, ticks, position: (value) => (probit(value) - start) / length };
}

function linearLabel(value: number, step: number): string {
  if (value === 0) return '0';
  if (step < 1e-4 || Math.abs(value) >= 1e7) return plainOrPower(value, step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace('-', '−');
}

/** In as many digits as neighbours, a step away, take to differ. */
function plainOrPower(value: number, step = Math.abs(value)): string {
  const size = Math.abs(value);
  const last = Math.floor(Math.log10(step) + 1e-9);
  if (size >= 1e-3 && size < 1e6) return value.toLocaleString('en-US', { maximumFractionDigits: Math.max(6, -last) }).replace('-', '−');
  const power = Math.floor(Math.log10(size) + 1e-9);
  const factor = Number((value / 10 ** power).toPrecision(Math.max(4, power - last + 1)));
  const exponent = String(power).replace(/[-\d]/g, (character) => (character === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)]!));
  const sign = factor === -1 ? '−' : factor === 1 ? '' : `${String(factor).replace('-', '−')}·`;
  return `${sign}10${exponent}`;
}
