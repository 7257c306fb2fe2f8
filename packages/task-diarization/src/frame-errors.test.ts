import { hashTensor } from '@s3/interface/testing';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/permutation-invariant.json' with { type: 'json' };
import { frameAccuracy, frameErrorRate, frameErrors, sumErrors } from './frame-errors.ts';

describe.each(reference.cases)('equals S3PRL, case %#', ({ logits, activity, lengths, order, counts, der }) => {
  const [, frames, features] = logits.shape as [number, number, number];
  const values = hashTensor(logits).dataSync() as Float32Array;
  const errors = sumErrors(
    lengths.map((length, row) => {
      const part = [row * frames * features, (row * frames + length) * features] as const;
      const labels = Float32Array.from(activity.slice(...part));
      return frameErrors(
        { values: values.slice(...part), frames: length, features },
        { values: labels, frames: length, features },
        order[row]!,
      );
    }),
  );

  test('counts', () => {
    expect(errors.correct).toBeCloseTo(counts.correct, 6);
    const { correct, ...others } = errors;
    expect(others).toEqual({
      frames: counts.num_frames,
      speechScored: counts.speech_scored,
      speechMissed: counts.speech_miss,
      speechFalseAlarm: counts.speech_falarm,
      speakerScored: counts.speaker_scored,
      speakerMissed: counts.speaker_miss,
      speakerFalseAlarm: counts.speaker_falarm,
      speakerConfusion: counts.speaker_error,
    });
  });

  test('error rate, which is 0 where S3PRL divides nothing', () => {
    expect(frameErrorRate(errors)).toBe(der ?? 0);
    expect(frameAccuracy(errors)).toBeCloseTo(der === null ? 0 : counts.correct / counts.num_frames, 6);
  });
});

test('a chunk of fewer speakers than outputs is silent in the others', () => {
  const logits = { values: Float32Array.of(1, 1, -1, 1), frames: 2, features: 2 };
  const activity = { values: Float32Array.of(1, 1), frames: 2, features: 1 };
  expect(frameErrors(logits, activity, [1, 0])).toMatchObject({ speakerScored: 2, speakerMissed: 0, speakerFalseAlarm: 1, correct: 1.5 });
});
