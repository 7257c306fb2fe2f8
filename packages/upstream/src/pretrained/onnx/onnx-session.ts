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

interface Opened {
  readonly worker: Promise<OnnxWorker>;
  /** where the weights lay that it has */
  readonly of: readonly unknown[];
  /** the last hidden state that it gives */
  readonly highest: number;
  /** when all that was asked of it is answered */
  asked: Promise<void>;
}

/**
 * Prepares to run the network on onnxruntime; the model is made when it is asked for first, as far up as it is asked for, and
 * again when the weights have been changed since, or more is asked for.
 *
 * @throws InputError from `run`, when onnxruntime is asked for by name and is not installed
 */
export function onnxSession(
  network: Network,
  weights: { readonly [name: string]: tf.Variable },
  { engine, threads }: { readonly engine: 'auto' | 'onnxruntime'; readonly threads: number },
): OnnxSession {
  let current: Opened | undefined;

  return {
    async run({ waveforms, mask }, wanted) {
      const onnx = await onnxruntime(engine);
      if (!onnx) return undefined;
      const plain = async (tensor: tf.Tensor2D) => ({ data: (await tensor.data()) as Float32Array, dims: tensor.shape });
      const input = { waveforms: await plain(waveforms), mask: await plain(mask) };
      const outputs = wanted.map((layer) => `hidden_${layer}`);
      const opened = upToDate(Math.max(...wanted));
      const answer = opened.worker.then((worker) => worker.run(input, outputs));
      opened.asked = Promise.allSettled([opened.asked, answer]).then(() => undefined);
      const states = await answer;
      return states.map(({ data, dims }) => tf.tensor3d(data, [...dims] as [number, number, number]));
    },
    async release() {
      const last = current;
      current = undefined;
      await (await last?.worker)?.close();
    },
  };

  function upToDate(highest: number): Opened {
    const last = current;
    // a variable that is given new values has a new place in memory
    const of = Object.values(weights).map((variable) => variable.dataId);
    const isSame = last !== undefined && of.every((dataId, index) => dataId === last.of[index]);
    if (isSame && highest <= last.highest) return last;
    // where more is asked for once, all may be
    const reach = isSame ? network.hiddenStates - 1 : highest;
    current = { worker: build(reach), of, highest: reach, asked: Promise.resolve() };
    last?.asked.then(async () => (await last.worker).close()).catch(() => undefined);
    return current;
  }

  async function build(highest: number): Promise<OnnxWorker> {
    const external: ExternalValues[] | undefined = weightBytes(network) > maxModelBytes ? [] : undefined;
    const model = await networkGraph(network, weights, external, highest);
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
