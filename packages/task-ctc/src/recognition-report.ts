import type { Columns, Figure, Reduction } from '@s3/interface';
import { mean } from '@s3/interface/tensors';
import { alignmentText } from './alignment-text.ts';
import { alignTokens, countEdits, sumEdits } from './edit-counts.ts';
import { type TextUnit, tokensOf } from './text-error-rates.ts';
import { type TextMetric, textMetrics } from './text-metrics.ts';

/** Those of the metrics that were chosen, and what it takes to judge them. */
export type RecognitionLog = { readonly [metric in TextMetric]?: number } & {
  /** mean CTC loss of the utterances, each divided by the number of its labels */
  readonly loss: number;
  /** how many words (characters, where only they are judged) were mistaken, missed, and heard too many */
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** utterances whose labels need more frames than they have */
  readonly unalignable: number;
  /** tokens of the references that the tokenizer does not know */
  readonly unknownTokens: number;
};

/** What is known of the utterances of a split, one entry each. */
export type Recognised = Columns<{
  readonly losses: readonly number[];
  readonly unalignable: readonly boolean[];
  readonly unknownTokens: readonly number[];
  readonly hypotheses: readonly string[];
  readonly references: readonly string[];
  readonly utterances: readonly string[];
}>;

/** Judges a split: metrics, `hyp` and `ref` as S3PRL writes them, and the alignments, worst first. */
export function recognitionReport(
  { losses, unalignable, unknownTokens, hypotheses, references, utterances }: Recognised,
  metrics: readonly TextMetric[],
): Reduction<RecognitionLog> & Required<Pick<Reduction<RecognitionLog>, 'files' | 'figures'>> {
  const unit: TextUnit = metrics.every((metric) => metric === 'cer') ? 'character' : 'word';
  const aligned = utterances.map((id, index) => {
    const pairs = alignTokens(tokensOf(hypotheses[index]!, unit), tokensOf(references[index]!, unit));
    return { id, pairs, counts: countEdits(pairs) };
  });
  const counts = sumEdits(aligned.map((utterance) => utterance.counts));
  const log: RecognitionLog = {
    loss: mean(losses),
    ...Object.fromEntries(metrics.map((metric) => [metric, textMetrics[metric](hypotheses, references)])),
    substitutions: counts.substitutions,
    deletions: counts.deletions,
    insertions: counts.insertions,
    unalignable: unalignable.filter(Boolean).length,
    unknownTokens: unknownTokens.reduce((sum, count) => sum + count, 0),
  };
  const lines = (texts: readonly string[]) => utterances.map((id, index) => `${id} ${texts[index]}\n`).join('');
  const files = { hyp: lines(hypotheses), ref: lines(references), 'alignments.txt': alignmentText(aligned, unit) };
  const errors: Figure = {
    kind: 'bars',
    title: `Errors in ${counts.length} ${unit}s`,
    y: { label: `share of the ${unit}s of the references` },
    bars: (['substitutions', 'deletions', 'insertions'] as const).map((name) => ({
      name,
      value: counts[name] / Math.max(1, counts.length),
    })),
  };
  return { log, files, figures: [errors] };
}
