import { describe, expect, it } from 'vitest';
import { hashSignal, shapedSignal } from '../fixtures/hash-signal.ts';
import recorded from '../fixtures/trim-silence.json';
import { trimSilence } from './trim-silence.ts';

describe('trimSilence', () => {
  it.each(recorded.cases)('keeps the samples that sox keeps (signal $tensor, $sampleRate Hz)', ({ pieces, tensor, sampleRate, kept }) => {
    const samples = shapedSignal(pieces, tensor);
    const expected = kept.flatMap(([first, end]) => [...samples.subarray(first, end)]);
    expect([...trimSilence(samples, sampleRate)]).toEqual(expected);
  });

  it('leaves nothing of silence, of nothing, and of sound shorter than it asks for', () => {
    expect(trimSilence(new Float32Array(16_000), 16_000).length).toBe(0);
    expect(trimSilence(new Float32Array(0), 16_000).length).toBe(0);
    expect(trimSilence(hashSignal(1000, 0), 16_000).length).toBe(0);
    expect(trimSilence(hashSignal(1000, 0), 16_000, { seconds: 0.05 }).length).toBe(1000);
  });

  it('trims more under a higher threshold', () => {
    const samples = shapedSignal(
      [
        [8000, 0, 0.5],
        [8000, 0.5, 0],
      ],
      0,
    );
    const low = trimSilence(samples, 16_000).length;
    const high = trimSilence(samples, 16_000, { percent: 10 }).length;
    expect(low).toBeLessThanOrEqual(16_000);
    expect(high).toBeLessThan(low);
    expect(high).toBeGreaterThan(8000);
  });
});
