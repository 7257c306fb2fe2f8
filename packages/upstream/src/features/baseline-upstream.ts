import { type Frames, moduleOf, type Upstream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { frameCount, frameShift, sampleRate, shortestSamples, zeroPadded } from '../frame-grid.ts';
import { baselineGraph, type DescribeFeatures } from '../graph/baseline-graph.ts';
import { readUtterances } from '../read-utterances.ts';
import type { FeatureMatrix } from './feature-matrix.ts';

/** How the utterances of a batch bear on each other. */
export const batching = z
  .enum(['s3prl', 'independent'])
  .default('s3prl')
  .describe(
    "'s3prl': numbers of S3PRL, where an utterance's last frames depend on the longest one of its batch; 'independent': the same numbers alone and in any batch",
  );

/** Whether features are normalized. */
export const cmvn = z.boolean().default(true).describe('normalize mean and variance of each feature over the utterance');

/**
 * An upstream of one layer, computed on the host: features and S3PRL's rules on their length.
 *
 * An utterance of n samples has ceil(n / 160) frames. Where the features have fewer, the last
 * one is repeated; where they have more, the rest is cut. With `batching: 's3prl'` that is
 * done to the padded batch, so the last frames of utterances shorter than the longest are zero
 * though they count as valid; with 'independent' it is done to each utterance. A batch whose longest
 * utterance is under 800 samples is lengthened to that with zeros before features are made.
 *
 * @param features frames of each utterance of a batch (`FeatureMatrix`, at most as many as the longest has)
 * @param describe the same in the operations of a graph
 */
export function baselineUpstream(
  size: number,
  { batching }: { readonly batching: 's3prl' | 'independent' },
  features: (waveforms: readonly Float32Array[]) => readonly FeatureMatrix[],
  describe: DescribeFeatures,
): Upstream {
  return {
    ...moduleOf({}),
    sampleRate,
    layers: [{ size, downsampleRate: frameShift }],
    graph: (operations, waveforms) => [baselineGraph(operations, waveforms, { batching }, describe)],
    async extract(waveforms) {
      const utterances = await readUtterances(waveforms);
      const lengths = waveforms.lengths.map((samples) => frameCount(samples, frameShift));
      const frames = Math.max(...lengths);
      const values = new Float32Array(utterances.length * frames * size);
      const groups = batching === 's3prl' ? [utterances] : utterances.map((utterance) => [utterance]);
      let item = 0;
      for (const group of groups) {
        const missing = Math.max(0, shortestSamples - Math.max(...group.map((utterance) => utterance.length)));
        const matrices = features(group.map((utterance) => zeroPadded(utterance, utterance.length + missing)));
        const given = Math.max(...matrices.map((matrix) => matrix.frames));
        const wanted = batching === 's3prl' ? frames : lengths[item]!;
        for (const matrix of matrices) place(matrix, given, values.subarray(item * frames * size, (item++ * frames + wanted) * size));
      }
      return [{ values: tf.tensor3d(values, [utterances.length, frames, size]), lengths } satisfies Frames];
    },
  };
}

/** Copies frames into their row, and repeats the last one where the padded features end before the row does. */
function place({ frames, size, values }: FeatureMatrix, given: number, row: Float32Array): void {
  row.set(values.subarray(0, row.length));
  if (frames < given) return;
  for (let position = frames * size; position < row.length; position += size) row.copyWithin(position, position - size, position);
}

/** What is not wired to anything: called without its first argument, or with `undefined`. */
// biome-ignore lint/suspicious/noConfusingVoidType: an argument of type void may be left out
export type NoWiring = void;
