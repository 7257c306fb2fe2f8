import { expect, it } from 'vitest';
import { waitingShare, waitingText } from './step-time.ts';

it('says what waiting was for, and what helps, where it is worth a word', () => {
  expect(waitingText({ steps: 200, reading: 60, preparing: 20 })).toBe(
    'steps waited 40 % of their time for batches: 30 % for recordings to be read, 10 % for the frozen upstream; more --workers, WAV of the rate that the model takes, or a nearer disk help',
  );
  expect(waitingText({ steps: 200, reading: 10, preparing: 90 })).toMatch(
    /45 % for the frozen upstream; hidden states that are kept \(upstream\.cache\)/,
  );
  expect(waitingShare({ steps: 100, reading: 20, preparing: 5 })).toBe(0.25);
  for (const time of [
    { steps: 100, reading: 10, preparing: 5 },
    { steps: 5, reading: 4, preparing: 1 },
  ]) {
    expect(waitingShare(time)).toBeUndefined();
    expect(waitingText(time)).toBeUndefined();
  }
});
