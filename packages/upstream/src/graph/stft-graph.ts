import { type GraphOperations, type GraphSequence, graphMask } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { MelFilters } from '../features/mel-filters.ts';
import { hann, stftBins } from '../features/stft-features.ts';
import { frameShift, windowSize } from '../frame-grid.ts';
import { type DescribeFeatures, graphFrames, graphNormalized } from './baseline-graph.ts';
import { filterMatrix } from './filter-matrix.ts';

const reach = windowSize / 2;

/** `stftFeatures` in the operations of a graph. */
export function stftGraph(
  { cmvn, keepZeros }: { readonly cmvn: boolean; readonly keepZeros: boolean },
  filters?: MelFilters,
): DescribeFeatures {
  return <T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>): GraphSequence<T> => {
    // alone, each utterance is mirrored at its own end; in a batch of S3PRL's at that of the longest
    const longest = graph.max(lengths, 0);
    const ends = keepZeros ? lengths : longest;
    const allFrames = graph.add(graph.divide(ends, frameShift), 1);
    const counts = cmvn
      ? roundedRatio(graph, graph.multiply(keepZeros ? lengths : lengthsWithoutZeros(graph, values, lengths), allFrames), ends)
      : graph.multiply(graph.add(graph.multiply(lengths, 0), 1), allFrames);

    const places = graph.subtract(graph.range(graph.add(longest, 2 * reach)), reach);
    const positive = graph.maximum(places, graph.multiply(places, -1));
    const mirror = graph.subtract(graph.multiply(graph.subtract(graph.expandDims(ends, 1), 1), 2), graph.expandDims(positive, 0));
    const nearest = graph.maximum(graph.minimum(graph.expandDims(positive, 0), mirror), 0);
    const rows = graph.add(nearest, graph.expandDims(graph.multiply(lengths, 0), 1));
    const mirrored = graph.gatherSteps(values, rows);

    const size = graph.constant(tf.tensor1d([windowSize], 'int32'));
    const frames = graphFrames(graph, mirrored, graph.max(counts, 0), size);
    const power = graph.powerSpectrum(graph.multiply(frames, graph.constant(tf.tensor1d(hann))), windowSize, windowSize);
    const bands = filters ? graph.matMul(power, graph.constant(filterMatrix(filters, stftBins))) : power;
    const logarithms = graph.log(graph.add(bands, 1e-10));
    const features = cmvn ? graphNormalized(graph, { values: logarithms, lengths: counts }) : logarithms;
    // S3PRL scales by the first utterance, whichever is the longest
    const kept = keepZeros ? counts : roundedRatio(graph, graph.multiply(lengths, graph.max(counts, 0)), graph.slice(lengths, 0, 0, 1));
    return { values: graph.multiply(features, graph.expandDims(graphMask(graph, kept, features), -1)), lengths: counts };
  };
}

/** Whole numbers' ratio as Python's `round` gives it, halves to the even one. */
export function roundedRatio<T>(graph: GraphOperations<T>, numerator: T, denominator: T): T {
  const twice = graph.multiply(denominator, 2);
  const raised = graph.add(graph.multiply(numerator, 2), denominator);
  const up = graph.divide(raised, twice);
  const isHalf = graph.round(graph.less(graph.subtract(raised, graph.multiply(up, twice)), 1));
  const isOdd = graph.subtract(up, graph.multiply(graph.divide(up, 2), 2));
  return graph.subtract(up, graph.multiply(isHalf, isOdd));
}

/** Up to the last sample that is not 0; all of it where there is nothing but zeros. */
function lengthsWithoutZeros<T>(graph: GraphOperations<T>, samples: T, lengths: T): T {
  const sounds = graph.round(graph.add(graph.less(samples, 0), graph.less(graph.multiply(samples, -1), 0)));
  const last = graph.max(graph.multiply(sounds, graph.expandDims(graph.add(graph.range(graph.steps(samples)), 1), 0)), 1, false);
  return graph.add(last, graph.multiply(graph.round(graph.less(last, 1)), lengths));
}
