import { InputError, type Upstream } from '@s3/interface';
import { firstLine, onnxModelUpstream } from '../pretrained/onnx/onnx-model-upstream.ts';
import type { OnnxSettings } from '../pretrained/onnx/onnx-settings.ts';
import { addressOf, fetchedFile } from './fetched-file.ts';

type OnnxRuntime = typeof import('onnxruntime-web/wasm');

/**
 * Any ONNX model that makes layers of a waveform, frozen, on onnxruntime-web: its WebAssembly, in the thread that calls it.
 *
 * @param path address of the file; relative ones start from the page
 * @throws InputError for a file that does not arrive or is no ONNX model; as `onnxModelUpstream`; where onnxruntime-web is not installed
 */
export async function fetchedOnnxUpstream(path: string, settings: OnnxSettings): Promise<Upstream> {
  const [onnx, bytes] = await Promise.all([onnxruntime(), fetchedFile(addressOf(path))]);
  const session = await onnx.InferenceSession.create(bytes, { logSeverityLevel: 3 }).catch((cause: Error) => {
    const found = `a file that onnxruntime refuses (${firstLine(cause)})`;
    throw new InputError(`upstream.path '${path}'`, found, 'an ONNX model', 'Check that it is whole, and in one file.', { cause });
  });
  return onnxModelUpstream({ session, Tensor: onnx.Tensor, path } as never, settings);
}

async function onnxruntime(): Promise<OnnxRuntime> {
  let onnx: OnnxRuntime;
  try {
    onnx = await import('onnxruntime-web/wasm');
  } catch (cause) {
    const found = `'onnx', and onnxruntime-web does not load (${firstLine(cause as Error)})`;
    throw new InputError('upstream.name', found, 'onnxruntime-web', 'Install it: npm install onnxruntime-web', { cause });
  }
  // more would be workers of its own, beside those of the engine
  onnx.env.wasm.numThreads = 1;
  return onnx;
}
