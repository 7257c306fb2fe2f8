import { formatDuration } from './format-duration.ts';

/** metrics that are fractions and read as percentages */
const fractions = new Set(['eer', 'wer', 'cer', 'per', 'ter', 'der', 'jer', 'missed', 'falseAlarm', 'confusion', 'waitingForBatches']);
const acronyms = new Set(['eer', 'wer', 'cer', 'per', 'ter', 'der', 'jer', 'f1', 'map', 'mtwv', 'atwv']);

/** A number in about four digits: `0.4213`, `12,345`, `5e-5`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'infinite' : '-infinite';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return value.toLocaleString('en-US');
  if (size >= 1e15 || size < 1e-3) return Number(value.toPrecision(4)).toExponential().replace('e+', 'e');
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(4);
}

/** Whether a metric is a fraction that reads as a percentage, such as `eer` or `accuracy`. */
export function isFraction(metric: string): boolean {
  // also those counted in another way: rawEer, frameDer
  return fractions.has(metric) || /accuracy$|^slot(Type|Value|Edit)/i.test(metric) || /[a-z](Eer|Der)$/.test(metric);
}

/** A metric's value with its unit, as people read it: `eer` 0.0342 is `3.42 %`, `minDcf` 0.5 is `0.5000`. */
export function formatMetric(metric: string, value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  if (isFraction(metric)) return `${(value * 100).toFixed(2)} %`;
  if (metric === 'seconds') return formatDuration(value);
  if (/dcf$/i.test(metric)) return value.toFixed(4);
  return formatNumber(value);
}

/** A metric's name in words: `eer` is `EER`, `minDcfThreshold` is `minDCF threshold`, `learningRate` is `learning rate`. */
export function metricLabel(metric: string): string {
  return metric
    .replace(/^(min|act)Dcf/, '$1DCF ')
    .replace(/MinDcf/, ' minDCF ')
    .replace(/([a-z\d])([A-Z])(?=[a-z\d])/g, '$1 $2')
    .trim()
    .split(/\s+/)
    .map((word, index) =>
      acronyms.has(word.toLowerCase()) ? word.toUpperCase() : /DCF$/.test(word) ? word : index === 0 ? word : word.toLowerCase(),
    )
    .join(' ');
}
