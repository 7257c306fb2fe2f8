import { InputError } from '@s3/interface';
import { calibrate, learnCalibration } from './calibration.ts';
import { asNorm, type CohortStatistics, cohortOf, cohortStatistics } from './cohort.ts';
import { type EmbeddingMap, refuseUnknown } from './embedding-rows.ts';
import { qualityMeasures } from './quality-measures.ts';
import { type Scoring, scoreTrials, type Trial } from './score-trials.ts';

/** Utterances of other speakers, with which scores are normalised. */
export interface CohortReference {
  /** their ids, each with its speaker */
  readonly speakers: ReadonlyMap<string, string>;
  /** how many of the best scores count */
  readonly topK: number;
  /** one embedding for each speaker, the mean over the utterances, instead of one for each utterance */
  readonly averageSpeakers: boolean;
}

/** Trials of other speakers, from which a calibration is learnt. */
export interface CalibrationReference {
  readonly trials: readonly Trial[];
  /** seconds of the utterances of these trials and of those judged; without, durations do not count */
  readonly seconds?: ReadonlyMap<string, number>;
}

/** The steps of scoring: those that are given are done. */
export interface ScoringChain {
  readonly scoring: Scoring;
  readonly cohort?: CohortReference;
  readonly calibration?: CalibrationReference;
}

/** Scores after each step of the chain, first to last. */
export type ChainScores = readonly { readonly step: 'raw' | 'asNorm' | 'calibrated'; readonly scores: Float32Array }[];

/**
 * Scores trials: by their embeddings, then normalised against a cohort and calibrated, where there is one.
 *
 * @param embeddings of all utterances concerned, those of the cohort and of the calibration included
 * @throws InputError as the steps do
 */
export function scoreChain(
  trials: readonly Trial[],
  embeddings: EmbeddingMap,
  { scoring, cohort, calibration }: ScoringChain,
): ChainScores {
  const raw = scoreTrials(trials, embeddings, { scoring });
  const learnt = calibration?.trials ?? [];
  const steps: { step: 'raw' | 'asNorm' | 'calibrated'; scores: Float32Array }[] = [{ step: 'raw', scores: raw }];
  let learntScores = learnt.length > 0 ? scoreTrials(learnt, embeddings, { scoring }) : new Float32Array();

  const ids = [...new Set([...trials, ...learnt].flatMap(({ enroll, test }) => [enroll, test]))];
  let statistics: ReadonlyMap<string, CohortStatistics> | undefined;
  if (cohort) {
    refuseUnknown(cohort.speakers.keys(), embeddings, 'the cohort');
    const given = new Map([...cohort.speakers.keys()].map((id) => [id, embeddings.get(id)!]));
    const rows = cohortOf(given, cohort.averageSpeakers ? cohort.speakers : undefined);
    statistics = cohortStatistics(ids, embeddings, rows, { topK: cohort.topK, scoring });
    steps.push({ step: 'asNorm', scores: asNorm(trials, raw, statistics) });
    learntScores = asNorm(learnt, learntScores, statistics);
  }
  if (calibration) {
    if (learnt.length === 0)
      throw new InputError('calibration trials', 'none', 'trials of one speaker and of two', 'Give some, or leave calibration out.');
    const { seconds } = calibration;
    const quality = qualityMeasures(ids, { embeddings, ...(seconds && { seconds }), ...(statistics && { statistics }) });
    const model = learnCalibration(learnt, learntScores, quality);
    steps.push({ step: 'calibrated', scores: calibrate(trials, steps.at(-1)!.scores, quality, model) });
  }
  return steps;
}
