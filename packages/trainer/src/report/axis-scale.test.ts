import { expect, test } from 'vitest';
import { finiteRange, linearScale, logScale, probitScale, roundStep } from './axis-scale.ts';
import { probit } from './probit.ts';

const labels = (scale: { readonly ticks: readonly { readonly label: string }[] }) => scale.ticks.map(({ label }) => label);

test('linear ticks are round numbers in one number of decimals', () => {
  expect(labels(linearScale(0, 0.94))).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  expect(labels(linearScale(-0.13, 0.31))).toEqual(['−0.2', '−0.1', '0', '0.1', '0.2', '0.3', '0.4']);
  expect(labels(linearScale(0, 12_000))).toEqual(['0', '5,000', '10,000', '15,000']);
  expect(labels(linearScale(0, 1e-4))).toEqual(['0', '2·10⁻⁵', '4·10⁻⁵', '6·10⁻⁵', '8·10⁻⁵', '10⁻⁴']);
});

test('ticks that are close together have labels that differ', () => {
  expect(labels(linearScale(0.9999992, 1))).toEqual(['0.9999992', '0.9999994', '0.9999996', '0.9999998', '1']);
  expect(labels(linearScale(1e-5, 1.000002e-5))).toEqual(['10⁻⁵', '1.0000005·10⁻⁵', '1.000001·10⁻⁵', '1.0000015·10⁻⁵', '1.000002·10⁻⁵']);
  expect(labels(linearScale(12_000_000, 12_000_004)).slice(0, 2)).toEqual(['1.2·10⁷', '1.2000001·10⁷']);
});

test('a tight axis ends on its values, ticks lie within', () => {
  const scale = linearScale(5, 600, 'tight');
  expect([scale.low, scale.high]).toEqual([5, 600]);
  expect(labels(scale)).toEqual(['200', '400', '600']);
  expect(scale.position(5)).toBe(0);
  expect(scale.position(600)).toBe(1);
});

test('one value alone still has an axis', () => {
  for (const value of [0, 3, -3, 1e-9]) {
    const scale = linearScale(value, value);
    expect(scale.low).toBeLessThan(value);
    expect(scale.high).toBeGreaterThan(value);
    expect(scale.ticks.length).toBeGreaterThan(1);
  }
  expect(logScale(10, 10).position(10)).toBeCloseTo(0.5, 10);
});

test('values that differ by rounding alone have the axis of one value', () => {
  for (const sign of [1, -1]) {
    const [low = 0, high = 0] = [sign * 0.25, sign * 0.25000000000000006].sort((one, other) => one - other);
    for (const ends of ['round', 'tight'] as const) {
      const scale = linearScale(low, high, ends);
      expect(labels(scale).length).toBeGreaterThan(1);
      expect(labels(scale).length).toBeLessThan(12);
      expect(scale.position(low)).toBeCloseTo(scale.position(high), 6);
    }
  }
});

test('steps are 1, 2 or 5 times a power of ten', () => {
  expect([0.11, 0.2, 0.21, 3, 7, 51].map(roundStep)).toEqual([0.2, 0.2, 0.5, 5, 10, 100]);
});

test('log ticks are powers of ten, with steps between where there are few', () => {
  expect(labels(logScale(0.001, 1000))).toEqual(['0.001', '0.01', '0.1', '1', '10', '100', '1,000']);
  expect(labels(logScale(0.5, 30))).toEqual(['0.5', '1', '2', '5', '10', '20']);
  expect(labels(logScale(1e-8, 1e-4))).toEqual(['10⁻⁸', '10⁻⁷', '10⁻⁶', '10⁻⁵', '10⁻⁴']);
  expect(logScale(1, 100).position(10)).toBeCloseTo(0.5, 12);
  expect(logScale(1, 100).position(0)).toBeNaN();
  expect(logScale(1, 100).position(-1)).toBeNaN();
});

test('probit ticks are those of DET curves, in percent', () => {
  expect(labels(probitScale(0.001, 0.5))).toEqual(['0.1', '0.2', '0.5', '1', '2', '5', '10', '20', '40']);
  const scale = probitScale(0.05, 0.95);
  expect(scale.position(0.5)).toBeCloseTo(0.5, 12);
  expect(scale.position(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(scale.position(1)).toBe(Number.POSITIVE_INFINITY);
});

test('normal deviates', () => {
  // standard normal quantiles, as tabulated
  const quantiles = [
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.01, -2.3263478740408408],
    [0.001, -3.090232306167813],
    [0.2, -0.8416212335729143],
  ] as const;
  // the approximation is good to a relative error of 1.15e-9
  for (const [probability, deviate] of quantiles) expect(probit(probability)).toBeCloseTo(deviate, 7);
  expect([probit(-0.1), probit(1.1), probit(Number.NaN)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('the range of many values, without those that are not finite', () => {
  expect(finiteRange(Array.from({ length: 300_000 }, (_, index) => index))).toEqual([0, 299_999]);
  expect(finiteRange([Number.NaN, 2, Number.POSITIVE_INFINITY, 1])).toEqual([1, 2]);
  expect(finiteRange([Number.NaN])).toBeUndefined();
});
