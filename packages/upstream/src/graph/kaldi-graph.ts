import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { fftSize, floor, window } from '../features/kaldi-features.ts';
import type { MelFilters } from '../features/mel-filters.ts';
import { frameShift, shortestSamples, windowSize } from '../frame-grid.ts';
import { type DescribeFeatures, graphDeltas, graphFrames, graphNormalized } from './baseline-graph.ts';
import { filterMatrix } from './filter-matrix.ts';

/** What a kind of features makes of the power of each frequency and of the log energies of the frames, (batch, frames, 1). */
export type DescribeBands = <T>(graph: GraphOperations<T>, power: T, logEnergy: () => T) => T;

/** `kaldiFeatures`, deltas and normalization in the operations of a graph. */
export function kaldiGraph(
  bands: DescribeBands,
  { deltaOrder, cmvn }: { readonly deltaOrder: number; readonly cmvn: boolean },
): DescribeFeatures {
  return <T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>): GraphSequence<T> => {
    // one shorter than a frame is lengthened as if it were alone
    const lacking = graph.multiply(graph.subtract(lengths, shortestSamples), -1);
    const samples = graph.add(lengths, graph.multiply(graph.round(graph.less(lengths, windowSize)), lacking));
    const counts = graph.add(graph.divide(graph.subtract(samples, windowSize), frameShift), 1);
    const whole = (count: number) => graph.constant(tf.tensor1d([count], 'int32'));
    const frames = graphFrames(graph, values, graph.max(counts, 0), whole(windowSize));

    const centered = graph.subtract(frames, graph.mean(frames, -1));
    const power = graphKaldiPower(graph, centered);
    const logEnergy = () => graph.log(graph.maximum(graph.sum(graph.multiply(centered, centered), -1), floor));

    const described = { values: bands(graph, power, logEnergy), lengths: counts };
    const features = { values: graphDeltas(graph, described, deltaOrder), lengths: counts };
    return { values: cmvn ? graphNormalized(graph, features) : features.values, lengths: counts };
  };
}

/** Power of frames whose mean is 0, emphasized and windowed as Kaldi does, (batch, frames, frequencies). */
export function graphKaldiPower<T>(graph: GraphOperations<T>, centered: T, taper = window): T {
  // the first sample stands for the one before it
  const before = graph.concat([graph.slice(centered, -1, 0, 1), graph.slice(centered, -1, 0, -1)], -1);
  const emphasized = graph.subtract(centered, graph.multiply(before, 0.97));
  return graph.powerSpectrum(graph.multiply(emphasized, graph.constant(tf.tensor1d(taper))), windowSize, fftSize);
}

/** Log energies of the power under filters, (batch, frames, filters). */
export function graphLogEnergies<T>(graph: GraphOperations<T>, power: T, filters: MelFilters): T {
  return graphLogarithm(graph, graph.matMul(power, graph.constant(filterMatrix(filters, fftSize / 2 + 1))));
}

/** Natural logarithms of the energies, at least Kaldi's floor. */
export function graphLogarithm<T>(graph: GraphOperations<T>, energies: T): T {
  return graph.log(graph.maximum(energies, floor));
}
