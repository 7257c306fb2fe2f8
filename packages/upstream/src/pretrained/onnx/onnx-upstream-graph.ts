import type { FrameSpec } from '@s3/interface';
import { type GraphOperations, type GraphSequence, graphMasked } from '@s3/interface/graph';
import { shortestSamples } from '../../frame-grid.ts';
import { silentSamples } from '../../graph/baseline-graph.ts';
import { graphNormalizedWaveforms } from '../pretrained-graph.ts';
import { onnxPart } from './onnx-part.ts';
import type { OnnxSettings } from './onnx-settings.ts';

/**
 * What `onnxUpstream` does with a padded batch, in the operations of a graph: its model becomes part of that, and runs each utterance by itself.
 *
 * @throws InputError for a model that cannot become part of a graph
 */
export function onnxGraphOf<T>(
  graph: GraphOperations<T>,
  waveforms: GraphSequence<T>,
  {
    path,
    settings: { input, mask, downsampleRate, windowSamples, normalizeWaveform },
    isFlat,
    outputs,
    layers,
  }: {
    readonly path: string;
    readonly settings: OnnxSettings;
    readonly isFlat: boolean;
    readonly outputs: readonly string[];
    readonly layers: readonly FrameSpec[];
  },
): readonly GraphSequence<T>[] {
  const part = onnxPart(path, 'upstream.');
  const frames = (samples: T) => graph.divide(graph.add(samples, downsampleRate - 1), downsampleRate);
  const longest = graph.range(graph.max(frames(waveforms.lengths), 0));
  const states = graph.eachRow(waveforms, (row) => {
    const used = graph.maximum(row.lengths, Math.max(shortestSamples, windowSamples));
    const silent = silentSamples(graph, row, used);
    const samples = normalizeWaveform ? graphNormalizedWaveforms(graph, { values: silent, lengths: row.lengths }) : silent;
    const inputs = { [input]: isFlat ? graph.reshape(samples, [-1]) : samples, ...(mask !== null && { [mask]: ones(used) }) };
    return graph.onnx(part, inputs, outputs).map((state, layer) => {
      // as many as the longest has: cut, or the last repeated
      const places = graph.minimum(longest, graph.subtract(graph.steps(state), 1));
      return graph.reshape(graph.gather(state, places, 1), [0, -1, layers[layer]!.size]);
    });
  });
  const lengths = frames(waveforms.lengths);
  return states.map((values) => ({ values: graphMasked(graph, { values, lengths }), lengths }));

  function ones(samples: T): T {
    const count = graph.add(graph.divide(graph.subtract(samples, windowSamples), downsampleRate), 1);
    return graph.expandDims(graph.less(graph.range(count), count), 0);
  }
}
