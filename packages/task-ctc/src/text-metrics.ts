import { slotEditF1, slotTypeF1, slotValueCer, slotValueWer } from './slot-metrics.ts';
import { characterErrorRate, phoneErrorRate, wordErrorRate } from './text-error-rates.ts';

type CorpusMetric = (hypotheses: readonly string[], references: readonly string[]) => number;

/** Metrics of hypotheses against references, by the name in logs. */
export const textMetrics = {
  wer: wordErrorRate,
  cer: characterErrorRate,
  per: phoneErrorRate,
  slotTypeF1,
  slotValueCer,
  slotValueWer,
  slotEditF1Full: (hypotheses, references) => slotEditF1(hypotheses, references, 'full'),
  slotEditF1Part: (hypotheses, references) => slotEditF1(hypotheses, references, 'part'),
} as const satisfies { readonly [name: string]: CorpusMetric };

export type TextMetric = keyof typeof textMetrics;

export const textMetricNames = Object.keys(textMetrics) as [TextMetric, ...TextMetric[]];
