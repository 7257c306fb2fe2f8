import { randomStream } from '@s3/interface';
import { expect, test } from 'vitest';
import { frameEventFinder, frameEvents } from './frame-events.ts';

const outputs = 3;
/** Labels that come and go in steps of five frames, with noise. */
const probabilitiesOf = (frames: number) => {
  const random = randomStream('probabilities', frames);
  const steps = Array.from({ length: Math.ceil(frames / 5) * outputs }, () => random.uniform());
  const values = Array.from({ length: frames * outputs }, (_, index) => {
    const step = Math.floor(index / outputs / 5) * outputs + (index % outputs);
    return 0.7 * steps[step]! + 0.3 * random.uniform();
  });
  return { values: Float32Array.from(values), frames, features: outputs };
};

// the filter: none, even, odd, longer than the recording
test.each([
  [50, 0],
  [50, 60],
  [50, 70],
  [50, 210],
  [4, 70],
  [3, 80],
  [1, 30],
])('%i frames through a filter of %i ms have the same events, however they are cut', (frames, medianFilterMs) => {
  const probabilities = probabilitiesOf(frames);
  const decision = { threshold: 0.5, medianFilterMs, minDurationMs: 10 };
  const whole = frameEvents(probabilities, decision, 10);
  if (frames === 50) expect(whole.length).toBeGreaterThan(0);
  for (const piece of [1, 2, 7, 20]) {
    const finder = frameEventFinder(outputs, decision, 10);
    for (let first = 0; first < frames; first += piece) {
      const end = Math.min(frames, first + piece);
      finder.push({ values: probabilities.values.subarray(first * outputs, end * outputs), frames: end - first });
    }
    expect(finder.finish()).toEqual(whole);
  }
});

test('an unfiltered event is a run of frames above the threshold', () => {
  const values = Float32Array.of(0.2, 0.9, 0.9, 0.5, 0.7);
  const found = frameEvents({ values, frames: 5, features: 1 }, { threshold: 0.5, medianFilterMs: 0, minDurationMs: 0 }, 10);
  expect(found).toEqual([
    { output: 0, first: 1, last: 2 },
    { output: 0, first: 4, last: 4 },
  ]);
});
