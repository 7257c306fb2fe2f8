import { type GraphOperations, type GraphSequence, graphMask, graphMasked, resized } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { shortestSamples } from '../frame-grid.ts';
import { silentSamples } from '../graph/baseline-graph.ts';
import { graphOperations, type NetworkWeights } from '../graph/graph-operations.ts';
import { roundedRatio } from '../graph/stft-graph.ts';
import type { DescribedNetwork } from '../networks/network.ts';

/**
 * What `pretrainedUpstream` does with a padded batch, in the operations of a graph: all together, or each utterance by itself.
 */
export function pretrainedGraph<T>(
  graph: GraphOperations<T>,
  waveforms: GraphSequence<T>,
  { batching, ...parts }: PretrainedParts & { readonly batching: 's3prl' | 'independent' },
): readonly GraphSequence<T>[] {
  if (batching === 's3prl') return batchGraph(graph, waveforms, parts);
  const { network } = parts;
  const rounded = graph.divide(graph.add(waveforms.lengths, network.downsampleRate - 1), network.downsampleRate);
  const longest = graph.max(rounded, 0);
  const states = graph.eachRow(waveforms, (row) => batchGraph(graph, row, parts).map((state) => resized(graph, state, longest)));
  return states.map((values) => ({ values: graphMasked(graph, { values, lengths: rounded }), lengths: rounded }));
}

/** of a mask that is not that of the frames: as many as one frame is made of */
export const fewestSteps = 2;

interface PretrainedParts {
  readonly network: DescribedNetwork;
  readonly weights: NetworkWeights;
  readonly normalizes: boolean;
}

function batchGraph<T>(
  graph: GraphOperations<T>,
  { values, lengths }: GraphSequence<T>,
  { network, weights, normalizes }: PretrainedParts,
): readonly GraphSequence<T>[] {
  const longest = graph.max(lengths, 0);
  const added = graph.maximum(graph.multiply(graph.subtract(longest, shortestSamples), -1), 0);
  const used = graph.add(lengths, added);
  const fixed = (count: number) => graph.constant(tf.tensor1d([count], 'int32'));
  const samples = silentSamples(
    graph,
    { values, lengths },
    network.samples === undefined ? inSegments(graph.add(longest, added)) : fixed(network.samples),
  );
  const waveforms = scaled({ values: samples, lengths: used });

  // an utterance too short for a frame of its own still has the one that its beginning shares with padding
  const given = framesOf(graph.add(longest, added));
  const steps = network.maskFrames ? framesOf(graph.add(longest, added), 1) : given;
  const shown = graph.maximum(shownSteps(), network.maskFrames ? fewestSteps : 1);
  const mask = graph.less(graph.expandDims(graph.range(steps), 0), graph.expandDims(shown, 1));
  const states = network.forward(graphOperations(graph, weights), { waveforms, mask });

  const rounded = (steps: T) => graph.divide(graph.add(steps, network.downsampleRate - 1), network.downsampleRate);
  // as many frames as S3PRL counts: cut, or the batch's last repeated
  const places = graph.minimum(graph.range(rounded(longest)), graph.subtract(given, 1));
  return states.map((state) => ({ values: graph.gather(state, places, 1), lengths: rounded(lengths) }));

  /** Steps of each utterance beside the longest. */
  function shownSteps(): T {
    const whole = graph.add(longest, added);
    if (network.steps === 'share') return roundedRatio(graph, graph.multiply(used, steps), whole);
    if (network.steps === 'reached') {
      const part = graph.maximum(graph.divide(whole, graph.maximum(steps, 1)), 1);
      return graph.minimum(graph.divide(graph.add(used, graph.subtract(part, 1)), part), steps);
    }
    return framesOf(used, network.maskFrames ? 1 : undefined);
  }

  function scaled(sequence: GraphSequence<T>): T {
    if (network.level !== undefined) return graphScaledWaveforms(graph, sequence, network.level);
    const epsilon = network.waveformEpsilon ?? (normalizes ? 1e-7 : undefined);
    return epsilon === undefined ? sequence.values : graphNormalizedWaveforms(graph, sequence, epsilon);
  }

  /** as many samples, or the next multiple of a segment's */
  function inSegments(samples: T): T {
    const { segment } = network;
    return segment === undefined ? samples : graph.multiply(segmentsOf(samples, segment.samples), segment.samples);
  }

  function segmentsOf(samples: T, size: number): T {
    return graph.divide(graph.add(samples, size - 1), size);
  }

  function framesOf(steps: T, layers = network.windows.length): T {
    if (network.samples !== undefined) return fixed(network.frames(network.samples));
    if (network.segment) return graph.multiply(segmentsOf(steps, network.segment.samples), network.segment.frames);
    return network.windows.slice(0, layers).reduce((count, { taps, stride, padding = 0 }) => {
      return graph.divide(graph.maximum(graph.add(count, padding - taps + stride), 0), stride);
    }, steps);
  }
}

/** Each waveform of mean 0 and variance 1 over its own samples, zero behind its end. */
export function graphNormalizedWaveforms<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>, epsilon = 1e-7): T {
  const mask = graphMask(graph, lengths, values);
  const counts = graph.expandDims(graph.toFloat(lengths), 1);
  const mean = graph.divide(graph.sum(values, 1), counts);
  const centered = graph.multiply(graph.subtract(values, mean), mask);
  const variance = graph.divide(graph.sum(graph.multiply(centered, centered), 1), counts);
  return graph.divide(centered, graph.sqrt(graph.add(variance, epsilon)));
}

/** Each waveform, zero behind its end, with a root mean square of so many decibels. */
function graphScaledWaveforms<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>, level: number): T {
  const counts = graph.expandDims(graph.toFloat(lengths), 1);
  const given = graph.sqrt(graph.divide(graph.sum(graph.multiply(values, values), 1), counts));
  return graph.divide(graph.multiply(values, 10 ** (level / 20)), graph.add(given, 1e-10));
}
