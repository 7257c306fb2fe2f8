import * as tf from '@tensorflow/tfjs-core';
import type { TaskGraph } from '../task.ts';
import { type ExternalFiles, onnxGraph } from './onnx-graph.ts';
import { onnxOperations } from './onnx-operations.ts';

/**
 * A task as an ONNX model, for any program.
 *
 * Inputs: `waveforms` (batch, samples), zero-padded, and `lengths` (batch,), the samples of each; both may vary. Outputs as the task
 * names them.
 *
 * @param metadata what readers find in the file beside the graph
 * @param external where given, takes the weights of a model of more than 2 GB
 * @returns the bytes of an `.onnx` file
 * @throws WiringError naming a part that cannot be exported
 * @throws InputError for a model of more than 2 GB without files for its weights
 */
export async function onnxTask(
  name: string,
  { describe }: Pick<TaskGraph, 'describe'>,
  metadata: { readonly [key: string]: string },
  external?: ExternalFiles,
): Promise<Uint8Array<ArrayBuffer>> {
  const graph = onnxGraph(name, external);
  tf.tidy(() => {
    const values = { name: graph.input('waveforms', 'float32', ['batch', 'samples']), type: 'float32' } as const;
    const lengths = { name: graph.input('lengths', 'int64', ['batch']), type: 'int64' } as const;
    for (const [output, { value, axes }] of Object.entries(describe(onnxOperations(graph), { values, lengths }))) {
      graph.output(output, value.name, value.type, axes);
    }
  });
  return graph.finish(metadata);
}
