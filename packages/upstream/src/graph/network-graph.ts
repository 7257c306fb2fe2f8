import { type ExternalFiles, type ExternalValues, onnxGraph, onnxOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../networks/network.ts';
import { graphOperations, type NetworkWeights } from './graph-operations.ts';

/**
 * The network with its weights as an ONNX model.
 *
 * Inputs `waveforms` (batch, samples) and `mask` (batch, frames), or of the network's `maskFrames`; outputs `hidden_0`, `hidden_1`, ...,
 * each (batch, frames, features). Batch and samples may vary.
 *
 * @param external as a list it takes the weights, which are then not in the file; as files, those of a model of more than 2 GB
 * @param highest the last hidden state, from 0, that is wanted; by default the last there is
 * @returns the bytes of an `.onnx` file
 */
export async function networkGraph(
  network: Network,
  weights: NetworkWeights,
  external?: ExternalValues[] | ExternalFiles,
  highest?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const graph = onnxGraph('speech encoder', external);
  tf.tidy(() => {
    const input = (name: string, steps: string) => ({ name: graph.input(name, 'float32', ['batch', steps]), type: 'float32' }) as const;
    const operations = graphOperations(onnxOperations(graph), weights);
    const hiddenStates = network.forward(operations, {
      waveforms: input('waveforms', 'samples'),
      mask: input('mask', network.maskFrames ? 'steps' : 'frames'),
      highest,
    });
    hiddenStates.forEach(({ name }, layer) => void graph.output(`hidden_${layer}`, name, 'float32', ['batch', 'frames', 'features']));
  });
  return graph.finish();
}
