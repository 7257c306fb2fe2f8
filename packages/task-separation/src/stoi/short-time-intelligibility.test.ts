import { expect, test } from 'vitest';
import { hashed, scaled, sum, voice } from '../fixtures/hash-signal.ts';
import reference from '../fixtures/separation.json' with { type: 'json' };
import { shortTimeIntelligibility } from './short-time-intelligibility.ts';

test.each(reference.scores)('pystoi: $stoi and $estoi at $sampleRate Hz', ({ samples, sampleRate, noise, stoi, estoi }) => {
  const clean = voice(samples, 1);
  const scores = shortTimeIntelligibility(clean, sampleRate)(sum(clean, scaled(hashed(samples, 6), noise)))!;
  expect(scores.stoi).toBeCloseTo(stoi, 7);
  expect(scores.extended).toBeCloseTo(estoi, 7);
});

test('is 1 for clean speech, whatever its volume', () => {
  const clean = voice(20_000, 2);
  const { stoi, extended } = shortTimeIntelligibility(clean, 16_000)(scaled(clean, 3))!;
  expect(stoi).toBeCloseTo(1, 9);
  expect(extended).toBeCloseTo(1, 9);
});

test('says nothing of less than 0.4 s', () => {
  const clean = hashed(4000, 2);
  expect(shortTimeIntelligibility(clean, 16_000)(clean)).toBeUndefined();
  expect(shortTimeIntelligibility(new Float32Array(10), 16_000)(new Float32Array(10))).toBeUndefined();
});
