import { InputError } from '@s3/interface';
import { expect, it } from 'vitest';
import { padWaveforms } from './pad-waveforms.ts';

it('pads to the longest with zeros and keeps the lengths', () => {
  const { values, lengths } = padWaveforms([{ waveform: Float32Array.of(1, 2) }, { waveform: Float32Array.of(3, 4, 5) }]);
  expect(values.shape).toEqual([2, 3]);
  expect([...values.dataSync()]).toEqual([1, 2, 0, 3, 4, 5]);
  expect(lengths).toEqual([2, 3]);
  values.dispose();
});

it('refuses an empty batch', () => {
  expect(() => padWaveforms([])).toThrow(InputError);
});
