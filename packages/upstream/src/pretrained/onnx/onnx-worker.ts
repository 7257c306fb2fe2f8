import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';

/** Numbers on their way between threads. */
export interface PlainTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** A session of onnxruntime in a thread of its own. */
export interface OnnxWorker {
  readonly run: (feeds: { readonly [input: string]: PlainTensor }, outputs: readonly string[]) => Promise<PlainTensor[]>;
  readonly close: () => Promise<void>;
}

// plain JavaScript, since a thread starts from a file or a text, and a file would have to be found wherever programs are bundled
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { InferenceSession, Tensor } = require(workerData.onnxruntime);
const session = InferenceSession.create(workerData.model, workerData.options);
session.catch(() => {});
parentPort.on('message', async ({ id, feeds, outputs }) => {
  try {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]));
    const results = await (await session).run(tensors, outputs);
    const states = outputs.map((name) => ({ data: results[name].data.slice(), dims: results[name].dims }));
    parentPort.postMessage({ id, states }, states.map(({ data }) => data.buffer));
  } catch (error) {
    parentPort.postMessage({ id, message: String(error && error.message || error) });
  }
});
`;

type Answer = { readonly id: number; readonly states: PlainTensor[] } | { readonly id: number; readonly message: string };

/**
 * Opens a model in a thread of its own: onnxruntime-node computes in the thread that calls it, where nothing else would go on meanwhile.
 *
 * The thread does not keep a program alive that waits for nothing from it.
 *
 * @param model bytes of an `.onnx` file; they are the worker's from then on
 */
export function onnxWorker(model: Uint8Array<ArrayBuffer>, options: InferenceSession.SessionOptions): OnnxWorker {
  const onnxruntime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const worker = new Worker(program, { eval: true, workerData: { onnxruntime, model, options }, transferList: [model.buffer] });
  worker.unref();
  const waiting = new Map<number, { readonly resolve: (states: PlainTensor[]) => void; readonly reject: (error: Error) => void }>();
  let count = 0;
  const settled = (id: number) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return asked;
  };
  const failed = (error: Error) => {
    for (const id of [...waiting.keys()]) settled(id)?.reject(error);
  };
  worker.on('message', (answer: Answer) => {
    const asked = settled(answer.id);
    if ('states' in answer) asked?.resolve(answer.states);
    else asked?.reject(new Error(`onnxruntime: ${answer.message}`));
  });
  worker.on('error', failed);
  worker.on('exit', () => failed(new Error('the thread of onnxruntime has ended')));

  return {
    run: (feeds, outputs) =>
      new Promise((resolve, reject) => {
        const id = count++;
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, feeds, outputs });
      }),
    close: async () => void (await worker.terminate()),
  };
}
