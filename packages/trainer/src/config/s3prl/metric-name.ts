import { camelCase } from './camel-case.ts';

/** what HEAR calls its scores */
const hearMetrics: { readonly [score: string]: string } = {
  top1_acc: 'accuracy',
  pitch_acc: 'accuracy',
  chroma_acc: 'chromaAccuracy',
  mAP: 'meanAveragePrecision',
  aucroc: 'rocAuc',
  event_onset_200ms_fms: 'f1Onset200ms',
  event_onset_50ms_fms: 'f1Onset50ms',
  event_onset_offset_50ms_20perc_fms: 'f1OnsetOffset50ms',
  segment_1s_er: 'segmentErrorRate',
};

/** Our name of a metric of S3PRL's or HEAR's. */
const metricName = (name: unknown) => (typeof name === 'string' ? (hearMetrics[name] ?? camelCase(name)) : name);
export const metricNames = (names: unknown) => (Array.isArray(names) ? names.map(metricName) : names);

/** Our name of the metric that decides the best: where S3PRL draws its validation set balanced, its accuracy is our balanced one. */
export const decidingMetric = (name: unknown, usual: unknown) =>
  name === 'accuracy' && usual === 'balancedAccuracy' ? usual : metricName(name);
