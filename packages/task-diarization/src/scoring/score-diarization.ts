import { InputError, parseConfig } from '@s3/interface';
import { mean } from '@s3/interface/tensors';
import { z } from 'zod';
import type { ScoredRegion, SpeakerSegment } from '../speaker-segment.ts';
import { scoredTiles, type Tile } from './scored-tiles.ts';
import { cutToRegions, mergeOverlaps } from './segment-cutting.ts';
import { jaccardErrors, pairSpeakers, sharedSpeech } from './shared-speech.ts';

/** What is left out of the scores, and whose definitions they follow. */
export const scoringSettings = z.strictObject({
  collarSecondsPerSide: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'seconds that are not scored before and again after each boundary of a reference segment, as md-eval and dscore count; pyannote.metrics names twice this, the width of both sides',
    ),
  skipOverlap: z.boolean().default(false).describe('leave out where more than one reference speaker speaks'),
  definitions: z
    .enum(['pyannote', 'dscore'])
    .default('pyannote')
    .describe(
      'whose: pyannote pairs speakers on what is scored and scores JER there too; dscore pairs them before collars are taken out and scores JER without collars, and merges overlapping segments of one speaker, which pyannote counts each',
    ),
});
/** What counts as an error. */
export type ScoringSettings = z.output<typeof scoringSettings>;

/** Seconds of one recording, or of all. */
export interface DiarizationSeconds {
  /** reference speech, overlap counted once for each speaker */
  readonly total: number;
  /** of the total: hypothesized under the paired speaker */
  readonly correct: number;
  /** of the total: without any hypothesized speaker left for it */
  readonly missed: number;
  /** hypothesized speech without any reference speaker left for it */
  readonly falseAlarm: number;
  /** of the total: hypothesized under another speaker */
  readonly confusion: number;
}

/** Error rates, and the seconds that they are made of. */
export interface DiarizationScore extends DiarizationSeconds {
  /** diarization error rate: missed, false alarm and confusion over the total; a fraction that may exceed 1 */
  readonly der: number;
  /** Jaccard error rate: mean over the reference speakers, 0..1 */
  readonly jer: number;
  /** reference speakers that JER is the mean of */
  readonly referenceSpeakers: number;
}

/** Error rates of one recording, and who was taken for whom. */
export interface RecordingScore extends DiarizationScore {
  readonly recording: string;
  /** reference speaker of each hypothesized one that has one, as DER pairs them */
  readonly pairs: { readonly [hypothesized: string]: string };
  /** Jaccard error of each reference speaker, 0..1 */
  readonly jaccardErrors: { readonly [speaker: string]: number };
}

/** Error rates of all recordings, one by one and together. */
export interface DiarizationReport {
  readonly settings: ScoringSettings;
  /** in the order of names */
  readonly recordings: readonly RecordingScore[];
  /** seconds and speakers of all recordings pooled */
  readonly overall: DiarizationScore;
  /** recordings that the regions say nothing of, and that are therefore not scored */
  readonly unscored: readonly string[];
}

/**
 * Diarization and Jaccard error rates of hypothesized segments, from their times and not from frames.
 *
 * Speakers are paired one to one within each recording so that they share the most time. A recording of one side only
 * counts as all missed or all false alarm. Where nobody speaks in the reference, DER is 1 if anybody is hypothesized
 * and else 0; so is JER, but always 1 by pyannote's definitions.
 *
 * DER: NIST, "The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan", 2009.
 * JER: Ryant et al., "Second DIHARD Challenge Evaluation Plan", 2019.
 *
 * @param regions what is scored of each recording, from a UEM file; everything when left out
 * @throws InputError for a segment or region that is empty, negative or not in seconds
 */
export function scoreDiarization(
  {
    reference,
    hypothesis,
    regions,
  }: {
    readonly reference: readonly SpeakerSegment[];
    readonly hypothesis: readonly SpeakerSegment[];
    readonly regions?: readonly ScoredRegion[] | undefined;
  },
  config: z.input<typeof scoringSettings> = {},
): DiarizationReport {
  const settings = parseConfig('scoreDiarization', scoringSettings, config);
  for (const [name, segments] of Object.entries({ reference, hypothesis, regions: regions ?? [] })) refuseBroken(name, segments);
  const references = byRecording(reference);
  const hypotheses = byRecording(hypothesis);
  const scored = regions && byRecording(regions);

  const named = [...new Set([...references.keys(), ...hypotheses.keys()])].sort();
  const recordings = named
    .filter((recording) => !scored || scored.has(recording))
    .map((recording) =>
      scoreRecording(recording, references.get(recording) ?? [], hypotheses.get(recording) ?? [], scored?.get(recording), settings),
    );
  return {
    settings,
    recordings: recordings.map(({ jerWithoutReference, ...score }) => score),
    overall: pool(recordings, settings),
    unscored: named.filter((recording) => scored && !scored.has(recording)),
  };
}

type Pooled = RecordingScore & { readonly jerWithoutReference: number };

function scoreRecording(
  recording: string,
  reference: readonly SpeakerSegment[],
  hypothesis: readonly SpeakerSegment[],
  regions: readonly ScoredRegion[] | undefined,
  { collarSecondsPerSide, skipOverlap, definitions }: ScoringSettings,
): Pooled {
  const asDscore = definitions === 'dscore';
  const trimmed = (segments: readonly SpeakerSegment[]) =>
    asDscore ? mergeOverlaps(regions ? cutToRegions(segments, regions) : segments) : segments;
  const tiled = scoredTiles(trimmed(reference), trimmed(hypothesis), regions, { collarSeconds: collarSecondsPerSide, skipOverlap });
  const scoredTime = tiled.tiles.filter(({ isScored }) => isScored);

  const speech = sharedSpeech(asDscore ? tiled.tiles : scoredTime, tiled);
  const pairs = pairSpeakers(speech.together, speech);
  const seconds = countSeconds(scoredTime, pairs);
  const errors = jaccardErrors(speech, asDscore ? 'error' : 'time');
  const jerWithoutReference = asDscore && speech.hypothesis.every((time) => time === 0) ? 0 : 1;
  return {
    recording,
    ...seconds,
    der: errorRate(seconds),
    jer: errors.size > 0 ? mean([...errors.values()]) : jerWithoutReference,
    referenceSpeakers: errors.size,
    jerWithoutReference,
    pairs: Object.fromEntries(
      pairs.flatMap((hypothesized, speaker) =>
        hypothesized === undefined ? [] : [[tiled.hypothesisSpeakers[hypothesized]!, tiled.referenceSpeakers[speaker]!]],
      ),
    ),
    jaccardErrors: Object.fromEntries([...errors].map(([speaker, error]) => [tiled.referenceSpeakers[speaker]!, error])),
  };
}

function countSeconds(tiles: readonly Tile[], pairs: readonly (number | undefined)[]): DiarizationSeconds {
  const counts = { total: 0, correct: 0, missed: 0, falseAlarm: 0, confusion: 0 };
  for (const { seconds, reference, hypothesis } of tiles) {
    const left = [...hypothesis];
    let correct = 0;
    for (const speaker of reference) {
      const place = left.indexOf(pairs[speaker] ?? -1);
      if (place < 0) continue;
      left.splice(place, 1);
      correct++;
    }
    const both = Math.min(reference.length, hypothesis.length);
    counts.total += seconds * reference.length;
    counts.correct += seconds * correct;
    counts.confusion += seconds * (both - correct);
    counts.missed += seconds * (reference.length - both);
    counts.falseAlarm += seconds * (hypothesis.length - both);
  }
  return counts;
}

function errorRate({ total, missed, falseAlarm, confusion }: DiarizationSeconds): number {
  const wrong = missed + falseAlarm + confusion;
  return total > 0 ? wrong / total : wrong > 0 ? 1 : 0;
}

function pool(recordings: readonly Pooled[], { definitions }: ScoringSettings): DiarizationScore {
  const sum = (of: (score: Pooled) => number): number => recordings.reduce((total, score) => total + of(score), 0);
  const seconds = {
    total: sum(({ total }) => total),
    correct: sum(({ correct }) => correct),
    missed: sum(({ missed }) => missed),
    falseAlarm: sum(({ falseAlarm }) => falseAlarm),
    confusion: sum(({ confusion }) => confusion),
  };
  const errors = recordings.flatMap(({ jaccardErrors }) => Object.values(jaccardErrors));
  return {
    ...seconds,
    der: errorRate(seconds),
    jer:
      errors.length > 0
        ? mean(errors)
        : Math.max(definitions === 'dscore' ? 0 : 1, ...recordings.map(({ jerWithoutReference }) => jerWithoutReference)),
    referenceSpeakers: errors.length,
  };
}

function byRecording<T extends { readonly recording: string }>(segments: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const segment of segments) {
    const group = groups.get(segment.recording);
    if (group) group.push(segment);
    else groups.set(segment.recording, [segment]);
  }
  return groups;
}

function refuseBroken(name: string, segments: readonly ScoredRegion[]): void {
  segments.forEach(({ recording, startSeconds, endSeconds }, index) => {
    if (startSeconds >= 0 && endSeconds > startSeconds && Number.isFinite(endSeconds)) return;
    throw new InputError(
      `${name}, segment ${index + 1} (of '${recording}')`,
      `a segment from ${startSeconds} s to ${endSeconds} s`,
      'a start of 0 s or more and an end behind it',
      'Mend the times or leave the segment out.',
    );
  });
}
