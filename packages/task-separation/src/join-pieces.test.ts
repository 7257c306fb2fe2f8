import type { RecordingSource } from '@s3/interface';
import { describe, expect, test } from 'vitest';
import { hashed } from './fixtures/hash-signal.ts';
import { pieceJoiner } from './join-pieces.ts';

const recordingOf = (values: Float32Array): RecordingSource => ({
  name: 'r',
  sampleRate: 10,
  samples: values.length,
  read: async (first, end) => values.slice(first, end),
});

/** Two sources out of one recording: its even samples and its odd ones, now in this order and now in that. */
function separator() {
  let chunk = 0;
  return async (samples: Float32Array) => {
    const sources = [0, 1].map((odd) => samples.map((value, at) => (at % 2 === odd ? value : 0)));
    return chunk++ % 2 === 0 ? sources : sources.reverse();
  };
}

async function joined(values: Float32Array, settings = { chunkSeconds: 10, overlapSeconds: 4 }) {
  const pieces: (readonly Float32Array[])[] = [];
  for await (const piece of pieceJoiner(separator(), settings)(recordingOf(values))) pieces.push(piece);
  const sources = [0, 1].map((source) => pieces.flatMap((piece) => [...piece[source]!]));
  return { pieces, sources };
}

describe.each([30, 99, 100, 101, 160, 161, 400])('%i samples in chunks of 100', (samples) => {
  test('are as many, each source by itself', async () => {
    const values = hashed(samples, 1);
    const { pieces, sources } = await joined(values);
    expect(pieces.length).toBe(samples <= 100 ? 1 : Math.ceil((samples - 100) / 60) + 1);
    for (const odd of [0, 1]) {
      expect(sources[odd]).toHaveLength(samples);
      sources[odd]!.forEach((value, at) => void expect(value).toBeCloseTo(at % 2 === odd ? values[at]! : 0, 6));
    }
  });
});

test('refuses chunks that share too much', () => {
  expect(() => pieceJoiner(separator(), { chunkSeconds: 3, overlapSeconds: 2 })).toThrow('at most half of chunkSeconds (3)');
});
