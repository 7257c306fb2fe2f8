import type { SpeakerUtterance, Utterance } from '@s3/dataio';
import { InputError } from '@s3/interface';
import type { CalibrationReference, CohortReference } from '@s3/task-asv';
import { z } from 'zod';
import { calibrationTrials } from './calibration-trials.ts';

export const asNormSettings = z.strictObject({
  topK: z
    .int()
    .min(2)
    .nullable()
    .default(null)
    .describe('test scores are normalised by this many of the best scores against training speakers (ESPnet: 500); null: they are not'),
  utterancesPerSpeaker: z.int().positive().default(20).describe('training utterances of each speaker in the cohort, the longest ones'),
  averageSpeakers: z.boolean().default(true).describe('one embedding for each speaker of the cohort instead of one for each utterance'),
});

export const calibrationSettings = z.strictObject({
  trialsPerKind: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'test scores are calibrated on this many trials of training speakers for each of six kinds (ESPnet: 5000); null: they are not',
    ),
  longSeconds: z.number().positive().default(6).describe('an utterance is long from here on, in seconds'),
});

/** What a test set's scores are made with beside its own utterances. */
export interface ScoringSets {
  readonly cohort?: CohortReference;
  readonly calibration?: CalibrationReference;
  /** training utterances to be embedded for it, under ids that no test utterance has */
  readonly utterances: readonly Utterance[];
}

/**
 * Cohort and calibration trials out of the training utterances; those of the cohort are not calibrated on, as in ESPnet, unless
 * no others are left.
 *
 * @param seconds length of each training utterance
 * @throws InputError for a cohort smaller than `asNorm.topK`, and as `calibrationTrials`
 */
export function scoringSets(
  training: readonly SpeakerUtterance[],
  seconds: ReadonlyMap<string, number>,
  {
    asNorm,
    calibration,
    seed,
  }: {
    readonly asNorm: z.output<typeof asNormSettings>;
    readonly calibration: z.output<typeof calibrationSettings>;
    readonly seed: number;
  },
): ScoringSets {
  const renamed = training.map((utterance) => ({ ...utterance, id: `train:${utterance.id}`, seconds: seconds.get(utterance.id)! }));
  const cohort = asNorm.topK === null ? [] : longestOfEach(renamed, asNorm.utterancesPerSpeaker);
  checkCohort(cohort, asNorm);
  const isCohort = new Set(cohort.map(({ id }) => id));
  const rest = renamed.filter(({ id }) => !isCohort.has(id));
  const trials =
    calibration.trialsPerKind === null
      ? []
      : calibrationTrials(rest.length > renamed.length / 4 ? rest : renamed, {
          perKind: calibration.trialsPerKind,
          longSeconds: calibration.longSeconds,
          seed,
        });
  const needed = new Set([...isCohort, ...trials.flatMap(({ enroll, test }) => [enroll, test])]);
  return {
    utterances: renamed.filter(({ id }) => needed.has(id)),
    ...(asNorm.topK !== null && {
      cohort: {
        speakers: new Map(cohort.map(({ id, speaker }) => [id, speaker])),
        topK: asNorm.topK,
        averageSpeakers: asNorm.averageSpeakers,
      },
    }),
    ...(trials.length > 0 && { calibration: { trials } }),
  };
}

/** Here, since the scores that need it come after all of the training. */
function checkCohort(cohort: readonly { readonly speaker: string }[], { topK, averageSpeakers }: z.output<typeof asNormSettings>): void {
  const size = averageSpeakers ? new Set(cohort.map(({ speaker }) => speaker)).size : cohort.length;
  if (topK === null || topK <= size) return;
  throw new InputError(
    'asNorm.topK',
    `${topK}, but a cohort of ${size} ${averageSpeakers ? 'training speakers' : 'training utterances'}`,
    'at most as many as the cohort has',
    averageSpeakers ? 'Set it lower, or asNorm.averageSpeakers to false.' : 'Set it lower, or asNorm.utterancesPerSpeaker higher.',
  );
}

function longestOfEach<U extends { readonly speaker: string; readonly seconds: number }>(utterances: readonly U[], count: number): U[] {
  const taken = new Map<string, number>();
  return [...utterances]
    .sort((one, other) => other.seconds - one.seconds)
    .filter(({ speaker }) => {
      const before = taken.get(speaker) ?? 0;
      taken.set(speaker, before + 1);
      return before < count;
    });
}
