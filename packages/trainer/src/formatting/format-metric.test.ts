import { expect, test } from 'vitest';
import { formatDuration } from './format-duration.ts';
import { formatMetric, formatNumber, metricLabel } from './format-metric.ts';

test('time spans read as people say them', () => {
  const spans = [0, 0.42, 9.94, 9.96, 59.4, 59.6, 80, 120, 3599.6, 7500, 86_400, 100 * 3600, Number.NaN, Number.POSITIVE_INFINITY];
  const read = [
    '0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min',
    '1 min 20 s',
    '2 min',
    '1 h',
    '2 h 5 min',
    '1 d',
    '4 d 4 h',
    'unknown',
    'unknown',
  ];
  expect(spans.map(formatDuration)).toEqual(read);
});

test('numbers keep about four digits', () => {
  const numbers = [0, 12345, 0.42134, 12345.6, 5e-5, -3e-7, 1e20, Number.NaN, Number.POSITIVE_INFINITY];
  expect(numbers.map(formatNumber)).toEqual(['0', '12,345', '0.4213', '12,346', '5e-5', '-3e-7', '1e20', 'NaN', 'infinite']);
});

test('metrics come with their units', () => {
  expect(formatMetric('eer', 0.03421)).toBe('3.42 %');
  expect(formatMetric('accuracy', 1)).toBe('100.00 %');
  expect(formatMetric('minDcf', 0.5)).toBe('0.5000');
  expect(formatMetric('asNormEer', 0.034)).toBe('3.40 %');
  expect(['rawEer', 'rawMinDcf'].map(metricLabel)).toEqual(['raw EER', 'raw minDCF']);
  expect(formatMetric('seconds', 80)).toBe('1 min 20 s');
  expect(formatMetric('slotTypeF1', 0.5)).toBe('50.00 %');
  expect(formatMetric('eer', Number.NaN)).toBe('NaN');
});

test('metric names become words', () => {
  expect(['slotTypeF1', 'slotEditF1Full', 'slotValueCer'].map(metricLabel)).toEqual([
    'slot type F1',
    'slot edit F1 full',
    'slot value CER',
  ]);
  const labels = ['eer', 'eerThreshold', 'minDcf', 'minDcfPrior', 'learningRate', 'trials', 'loss'].map(metricLabel);
  expect(labels).toEqual(['EER', 'EER threshold', 'minDCF', 'minDCF prior', 'learning rate', 'trials', 'loss']);
});
