import { InputError } from '@s3/interface';
import { type ExternalValues, maxModelBytes } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { InferenceSession } from 'onnxruntime-node';
import { networkGraph } from '../../graph/network-graph.ts';
import type { Network } from '../../networks/network.ts';
import { type OnnxWorker, onnxWorker } from './onnx-worker.ts';

/** The network on onnxruntime, which evaluates it faster than any tensor engine and without gradients. */
export interface OnnxSession {
  /**
   * Hidden states of one padded batch, which the caller disposes.
   *
   * @param wanted which of them, in the order of the answer
   * @returns nothing where onnxruntime-node is not installed and may be done without
   */
  readonly run: (
    input: { readonly waveforms: tf.Tensor2D; readonly mask: tf.Tensor2D },
    wanted: readonly number[],
  ) => Promise<tf.Tensor3D[] | undefined>;
  readonly release: () => Promise<void>;
}

/**
 * Prepares to run the network on onnxruntime; the model is made when it is asked for first, and
 * again when the weights have been changed since.
 *
 * @throws InputError from `run`, when onnxruntime is asked for by name and is not installed
 */
export function onnxSession(
  network: Network,
  weights: { readonly [name: string]: tf.Variable },
  { engine, threads }: { readonly engine: 'auto' | 'onnxruntime'; readonly threads: number },
): OnnxSession {
  let current: { readonly worker: Promise<OnnxWorker>; readonly of: readonly unknown[] } | undefined;

  return {
    async run({ waveforms, mask }, wanted) {
      const onnx = await onnxruntime(engine);
      if (!onnx) return undefined;
      const worker = await upToDate();
      const plain = async (tensor: tf.Tensor2D) => ({ data: (await tensor.data()) as Float32Array, dims: tensor.shape });
      const outputs = wanted.map((layer) => `hidden_${layer}`);
      const states = await worker.run({ waveforms: await plain(waveforms), mask: await plain(mask) }, outputs);
      return states.map(({ data, dims }) => tf.tensor3d(data, [...dims] as [number, number, number]));
    },
    async release() {
      const last = current;
      current = undefined;
      await (await last?.worker)?.close();
    },
  };

  async function upToDate(): Promise<OnnxWorker> {
    const variables = Object.entries(weights);
    // a variable that is given new values has a new place in memory
    const of = variables.map(([, variable]) => variable.dataId);
    if (!current || of.some((dataId, index) => dataId !== current!.of[index])) {
      const last = current;
      current = { worker: build(), of };
      await (await last?.worker)?.close();
    }
    return current.worker;
  }

  async function build(): Promise<OnnxWorker> {
    const external: ExternalValues[] | undefined = weightBytes(network) > maxModelBytes ? [] : undefined;
    const model = await networkGraph(network, weights, external);
    return onnxWorker(model, { ...sessionOptions(threads), ...(external && { externalData: external }) });
  }
}

/** @param threads 0 for onnxruntime's own choice, one for each core */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    logSeverityLevel: 3,
    ...(threads > 0 && { intraOpNumThreads: threads }),
    // threads that spin while they wait take a third more of the processor, from the loader and the head's training
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

export function weightBytes(network: Network): number {
  return network.weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, axis) => product * axis, 1), 0);
}

/**
 * onnxruntime of Node, which from 1.29 on tells its makers of every session and leaves files in the folder for temporary ones: not
 * from here, unless the user has set `ORT_DISABLE_TELEMETRY`.
 *
 * @returns nothing where it is not installed and may be done without
 */
export async function onnxruntime(engine: 'auto' | 'onnxruntime'): Promise<typeof import('onnxruntime-node') | undefined> {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    if (engine === 'auto') return undefined;
    throw new InputError(
      'upstream.engine',
      `'onnxruntime', which does not load (${(error as Error).message.split('\n')[0]})`,
      'onnxruntime-node to be installed',
      "Install it (npm install onnxruntime-node) or choose 'tensorflow'.",
      { cause: error },
    );
  }
}
