import type { Upstream } from '@s3/interface';
import { z } from 'zod';
import { type DescribeBands, kaldiGraph } from '../graph/kaldi-graph.ts';
import { baselineUpstream, batching, cmvn } from './baseline-upstream.ts';
import { fillDeltas, normalizeMeanVariance } from './feature-matrix.ts';
import { type FrameWriter, kaldiFeatures } from './kaldi-features.ts';
import type { MelFilters } from './mel-filters.ts';

/** A kind of Kaldi's features, on the host and in a graph. */
interface KaldiKind {
  /** features of a frame, without deltas */
  readonly size: number;
  /** what `write` reads: energies under these, otherwise the power of each frequency */
  readonly filters?: MelFilters;
  readonly write: FrameWriter;
  readonly describe: DescribeBands;
}

/** What all kinds can be told, with the defaults of one. */
export const kaldiSettings = (defaults: { readonly deltaOrder: number }) => ({
  deltaOrder: z.int().min(0).max(3).default(defaults.deltaOrder).describe('how often deltas are taken and appended; 0 for none'),
  cmvn,
  batching,
});

/** An upstream of Kaldi's features, their deltas and their normalization over the utterance. */
export function kaldiUpstream(
  { size, filters, write, describe }: KaldiKind,
  { deltaOrder, cmvn, batching }: z.output<z.ZodObject<ReturnType<typeof kaldiSettings>>>,
): Upstream {
  const wide = size * (1 + deltaOrder);
  const features = kaldiFeatures(wide, write, filters);
  const matrixOf = (waveform: Float32Array) => {
    const matrix = features(waveform);
    fillDeltas(matrix, size);
    if (cmvn) normalizeMeanVariance(matrix);
    return matrix;
  };
  return baselineUpstream(wide, { batching }, (waveforms) => waveforms.map(matrixOf), kaldiGraph(describe, { deltaOrder, cmvn }));
}
