import * as tf from '@tensorflow/tfjs-core';
import { WiringError } from '../errors.ts';
import type { WaveformModel } from '../model.ts';
import { outputTensorsOf } from '../outputs-of.ts';
import type { Embeddings, Frames } from '../sequences.ts';
import type { Json } from '../state.ts';
import type { TaskGraph } from '../task.ts';
import type { GraphOperations, GraphOutputs, InGraph } from './graph-operations.ts';
import { tensorGraph } from './tensor-graph.ts';

/**
 * A task as a graph: its model, and what it makes of the model's output.
 *
 * @param outputs names what other programs get, such as probabilities
 * @param metadata what is to be known to read the outputs
 * @throws WiringError from `describe`, for a model or a part of it that has no graph
 */
export function taskGraph<Output extends Frames | Embeddings>(
  model: WaveformModel<Output>,
  outputs: <T>(operations: GraphOperations<T>, output: InGraph<Output, T>) => GraphOutputs<T>,
  metadata: () => { readonly [key: string]: Json } = () => ({}),
): TaskGraph {
  return {
    describe(operations, waveforms) {
      if (!model.graph) {
        throw new WiringError(
          'the model',
          'cannot be exported',
          'a graph of it is asked for; join it with `connect`, or give it a `graph` that says what it does in the operations of @s3/interface/graph',
        );
      }
      return outputs(operations, model.graph(operations, waveforms));
    },
    evaluate: (waveforms) =>
      outputTensorsOf(model, waveforms, (input, mode) => {
        const output = model.forward(input, mode);
        const named = outputs(tensorGraph, asInGraph(output) as InGraph<Output, tf.Tensor>);
        return Object.fromEntries(Object.entries(named).map(([name, { value }]) => [name, value]));
      }),
    metadata,
  };
}

function asInGraph(output: Frames | Embeddings) {
  return 'values' in output ? { values: output.values, lengths: tf.tensor1d([...output.lengths], 'int32') } : output;
}
