import { type GraphOperations, type GraphSequence, graphMask, graphMasked, holdLast } from '@s3/interface/graph';
import { frameShift, shortestSamples } from '../frame-grid.ts';

/** Features of utterances, (batch, frames, size), each with as many frames as it has. */
export type DescribeFeatures = <T>(graph: GraphOperations<T>, waveforms: GraphSequence<T>) => GraphSequence<T>;

/** samples that some utterance may lack for a frame of its own */
const spareSamples = shortestSamples;

/** The rules of `baselineUpstream` in the operations of a graph. */
export function baselineGraph<T>(
  graph: GraphOperations<T>,
  { values, lengths }: GraphSequence<T>,
  { batching }: { readonly batching: 's3prl' | 'independent' },
  features: DescribeFeatures,
): GraphSequence<T> {
  const longest = graph.max(lengths, 0);
  const silent = silentSamples(graph, { values, lengths }, graph.add(longest, spareSamples));
  const own = graph.maximum(graph.multiply(graph.subtract(batching === 's3prl' ? longest : lengths, shortestSamples), -1), 0);
  const described = features(graph, { values: silent, lengths: graph.add(lengths, own) });

  const wanted = frames(graph, lengths);
  const count = graph.range(graph.max(wanted, 0));
  if (batching === 'independent') {
    const last = graph.subtract(graph.expandDims(described.lengths, 1), 1);
    const completed = graph.gatherSteps(described.values, graph.minimum(graph.expandDims(count, 0), last));
    return { values: graphMasked(graph, { values: completed, lengths: wanted }), lengths: wanted };
  }
  // of the batch the last frame is repeated, which of shorter utterances is zero
  const given = graphMasked(graph, described);
  const last = graph.subtract(graph.max(described.lengths, 0), 1);
  return { values: graph.gather(given, graph.minimum(count, last), 1), lengths: wanted };
}

/** So many samples, (1,), with zeros after the end of each waveform, whatever the batch has there. */
export function silentSamples<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>, count: T): T {
  const places = graph.minimum(graph.range(count), graph.subtract(graph.steps(values), 1));
  const samples = graph.gather(values, places, 1);
  return graph.multiply(samples, graphMask(graph, lengths, samples));
}

function frames<T>(graph: GraphOperations<T>, lengths: T): T {
  return graph.divide(graph.add(lengths, frameShift - 1), frameShift);
}

/** Frames of `size` samples at every `frameShift`-th one, (batch, frames, size). */
export function graphFrames<T>(graph: GraphOperations<T>, samples: T, count: T, size: T): T {
  const starts = graph.multiply(graph.range(count), frameShift);
  return graph.gather(samples, graph.add(graph.expandDims(starts, 1), graph.expandDims(graph.range(size), 0)), 1);
}

/** `fillDeltas` in the operations of a graph: the features, their deltas, the deltas of those, and so on. */
export function graphDeltas<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>, order: number): T {
  const all = [values];
  for (let times = 0; times < order; times++) {
    const x = holdLast(graph, { values: all.at(-1)!, lengths });
    const [first, last] = [graph.slice(x, 1, 0, 1), graph.slice(x, 1, -1)];
    const wide = graph.concat([first, first, x, last, last], 1);
    const near = graph.subtract(graph.slice(wide, 1, 3, -1), graph.slice(wide, 1, 1, -3));
    const far = graph.subtract(graph.slice(wide, 1, 4), graph.slice(wide, 1, 0, -4));
    all.push(graph.divide(graph.add(near, graph.multiply(far, 2)), 10));
  }
  return all.length === 1 ? values : graph.concat(all, -1);
}

/** `normalizeMeanVariance` in the operations of a graph. */
export function graphNormalized<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>): T {
  const mask = graph.expandDims(graphMask(graph, lengths, values), -1);
  const counts = graph.expandDims(graph.expandDims(graph.toFloat(lengths), 1), 1);
  // features that never change are 0 from here on, whatever single precision makes of their mean
  const shifted = graph.multiply(graph.subtract(values, graph.slice(values, 1, 0, 1)), mask);
  const centered = graph.multiply(graph.subtract(shifted, graph.divide(graph.sum(shifted, 1), counts)), mask);
  const freedom = graph.maximum(graph.subtract(counts, 1), 1);
  const variance = graph.divide(graph.sum(graph.multiply(centered, centered), 1), freedom);
  return graph.divide(centered, graph.add(graph.sqrt(variance), 1e-10));
}
