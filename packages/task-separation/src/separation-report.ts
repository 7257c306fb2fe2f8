import type { Figure, Reduction } from '@s3/interface';
import { mean } from '@s3/interface/tensors';
import type { SourceScores } from './judge-sources.ts';

/** Metrics of separation and enhancement. */
export type SeparationLog = {
  /** decibels gained over the mixture, the mean over sources and mixtures (SI-SDRi) */
  readonly siSdrImprovement: number;
  /** decibels */
  readonly siSdr: number;
  /** decibels of the mixtures themselves */
  readonly inputSiSdr: number;
  /** of the mixtures whose sources all have 0.4 s of sound; NaN where there is none */
  readonly stoi: number;
  readonly inputStoi: number;
  readonly estoi: number;
  /** the mean over batches of what training lowers */
  readonly loss: number;
};

/** A mixture's scores, with its name. */
export type JudgedMixture = SourceScores & { readonly utterance: string };

/** Mixtures in the report's table: more would not be looked at. */
const mostListed = 20;

/** The scores of a set: their means, those of each mixture as a file, and a picture of them. */
export function separationReport(mixtures: readonly JudgedMixture[], losses: readonly number[]): Reduction<SeparationLog> {
  const meanOf = (score: 'siSdrImprovement' | 'siSdr' | 'inputSiSdr' | 'stoi' | 'inputStoi' | 'estoi') =>
    mean(mixtures.flatMap((mixture) => mixture[score] ?? []));
  return {
    log: {
      siSdrImprovement: meanOf('siSdrImprovement'),
      siSdr: meanOf('siSdr'),
      inputSiSdr: meanOf('inputSiSdr'),
      stoi: meanOf('stoi'),
      inputStoi: meanOf('inputStoi'),
      estoi: meanOf('estoi'),
      loss: mean(losses),
    },
    files: { 'mixtures.csv': csvOf(mixtures) },
    figures: [gains(mixtures), worst(mixtures)],
  };
}

function csvOf(mixtures: readonly JudgedMixture[]): string {
  const scores = ['siSdrImprovement', 'siSdr', 'inputSiSdr', 'stoi', 'inputStoi', 'estoi'] as const;
  const rows = mixtures.map((mixture) => [
    quoted(mixture.utterance),
    ...scores.map((score) => mixture[score]?.toFixed(4) ?? ''),
    mixture.order.map((reference) => reference + 1).join(' '),
  ]);
  return [['id', ...scores, 'order'], ...rows].map((row) => `${row.join(',')}\n`).join('');
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const gains = (mixtures: readonly JudgedMixture[]): Figure => ({
  kind: 'histogram',
  title: 'Decibels gained over each mixture (SI-SDR improvement)',
  x: { label: 'decibels' },
  series: [{ name: 'mixtures', values: mixtures.map(({ siSdrImprovement }) => siSdrImprovement) }],
  marks: [{ name: 'mean', at: mean(mixtures.map(({ siSdrImprovement }) => siSdrImprovement)) }],
});

const worst = (mixtures: readonly JudgedMixture[]): Figure => ({
  kind: 'table',
  title: 'Mixtures that gained least',
  columns: ['mixture', 'SI-SDR gained', 'SI-SDR', 'STOI'],
  rows: [...mixtures]
    .sort((one, other) => one.siSdrImprovement - other.siSdrImprovement)
    .slice(0, mostListed)
    .map(({ utterance, siSdrImprovement, siSdr, stoi }) => [
      utterance,
      `${siSdrImprovement.toFixed(2)} dB`,
      `${siSdr.toFixed(2)} dB`,
      stoi === undefined ? 'too short' : stoi.toFixed(3),
    ]),
});
