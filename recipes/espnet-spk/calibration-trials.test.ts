import { expect, test } from 'vitest';
import { calibrationTrials } from './src/calibration-trials.ts';
import { scoringSets } from './src/scoring-sets.ts';

const utterances = Array.from({ length: 24 }, (_, id) => ({ id: `u${id}`, speaker: `s${id % 4}`, seconds: id % 3 === 0 ? 8 : 3 }));
const speakerOf = new Map(utterances.map(({ id, speaker }) => [id, speaker]));

test('calibration trials are of every kind, none twice, each labelled by its speakers', () => {
  const trials = calibrationTrials(utterances, { perKind: 4, longSeconds: 6, seed: 1 });
  expect(trials.length).toBe(24);
  expect(trials.filter(({ sameSpeaker }) => sameSpeaker).length).toBe(12);
  for (const { enroll, test, sameSpeaker } of trials) {
    expect(speakerOf.get(enroll) === speakerOf.get(test)).toBe(sameSpeaker);
    expect(enroll).not.toBe(test);
  }
  expect(new Set(trials.map(({ enroll, test }) => [enroll, test].sort().join())).size).toBe(24);
  expect(calibrationTrials(utterances, { perKind: 4, longSeconds: 6, seed: 1 })).toEqual(trials);
  const one = utterances.filter(({ speaker }) => speaker === 's0');
  expect(() => calibrationTrials(one, { perKind: 5, longSeconds: 6, seed: 1 })).toThrow(/6 utterances of 1 speakers/);
});

test('the cohort takes the longest utterances of each speaker, calibration the others', () => {
  const training = utterances.map(({ id, speaker }) => ({ id, speaker, path: `${id}.wav`, where: id }));
  const seconds = new Map(utterances.map(({ id, seconds }) => [id, seconds]));
  const sets = scoringSets(training, seconds, {
    asNorm: { topK: 4, utterancesPerSpeaker: 2, averageSpeakers: true },
    calibration: { trialsPerKind: 4, longSeconds: 6 },
    seed: 0,
  });
  const cohort = [...sets.cohort!.speakers.keys()];
  expect(cohort.length).toBe(8);
  for (const id of cohort) expect(seconds.get(id.replace('train:', ''))).toBe(8);
  const calibrated = sets.calibration!.trials.flatMap(({ enroll, test }) => [enroll, test]);
  expect(calibrated.some((id) => cohort.includes(id))).toBe(false);
  expect(sets.utterances.map(({ id }) => id)).toEqual(expect.arrayContaining([...cohort, ...calibrated]));
});

test('a cohort smaller than topK is refused before anything is trained', () => {
  const training = utterances.map(({ id, speaker }) => ({ id, speaker, path: `${id}.wav`, where: id }));
  const seconds = new Map(utterances.map(({ id, seconds }) => [id, seconds]));
  const withCohort = (topK: number, averageSpeakers: boolean) => () =>
    scoringSets(training, seconds, {
      asNorm: { topK, utterancesPerSpeaker: 2, averageSpeakers },
      calibration: { trialsPerKind: null, longSeconds: 6 },
      seed: 0,
    });
  expect(withCohort(5, true)).toThrow('asNorm.topK: found 5, but a cohort of 4 training speakers');
  expect(withCohort(9, false)).toThrow('asNorm.topK: found 9, but a cohort of 8 training utterances');
  expect(withCohort(8, false)).not.toThrow();
});
