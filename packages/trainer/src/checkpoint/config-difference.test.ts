import { describe, expect, it } from 'vitest';
import { configDifference } from './config-difference.ts';

describe('configDifference', () => {
  it('shows what decides the training, by path, then and now', () => {
    const then = { model: { size: 4, layers: [1, 2] }, training: { seed: 0, totalSteps: 5 }, targetDir: 'a', old: { gone: true } };
    const now = { model: { size: 5, layers: [1, 3] }, training: { seed: 0, totalSteps: 9 }, targetDir: 'b', fresh: null };
    expect(configDifference(then, now)).toEqual([
      'fresh: not set → null',
      'model.layers: [1,2] → [1,3]',
      'model.size: 4 → 5',
      'old.gone: true → not set',
    ]);
  });

  it('passes over how long, how often and where', () => {
    const training = { logStep: 1, saveStep: 1, evalStep: null, keepCheckpoints: null, autoResume: true, resumeFrom: null };
    expect(
      configDifference({ training, workers: 1 }, { training: { ...training, logStep: 2, evalStep: 3, resumeFrom: 'x' }, workers: 4 }),
    ).toEqual([]);
    expect(configDifference({ training: { gradientAccumulate: 1 } }, { training: { gradientAccumulate: 2 } })).toHaveLength(1);
  });
});
