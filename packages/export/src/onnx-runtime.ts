import { InputError } from '@s3/interface';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What is used of onnxruntime, which onnxruntime-node and onnxruntime-web both offer. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    readonly create: (model: Uint8Array, options?: InferenceSession.SessionOptions) => Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32' | 'int64', data: Float32Array | BigInt64Array, shape: readonly number[]) => Tensor;
}

/**
 * The onnxruntime that is installed: of Node, else of browsers.
 *
 * That of Node, from 1.29 on, tells its makers of every session and leaves files in the folder for temporary ones: not from here,
 * unless the user has set `ORT_DISABLE_TELEMETRY`.
 *
 * @throws InputError where there is none
 */
export async function onnxRuntime(): Promise<OnnxRuntime> {
  if (globalThis.process?.env) process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  const causes: unknown[] = [];
  for (const load of [() => import('onnxruntime-node'), () => import('onnxruntime-web' as string)]) {
    try {
      return (await load()) as OnnxRuntime;
    } catch (error) {
      causes.push(error);
    }
  }
  throw new InputError(
    'onnxruntime',
    'neither onnxruntime-node nor onnxruntime-web',
    'one of them, since what is exported is run and compared first',
    'Install it: npm install onnxruntime-node.',
    { cause: causes[0] },
  );
}
