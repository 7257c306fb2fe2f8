import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError, type Upstream } from '@s3/interface';
import type { InferenceSession } from 'onnxruntime-node';
import { firstLine, onnxModelUpstream } from './onnx-model-upstream.ts';
import { onnxruntime, sessionOptions } from './onnx-session.ts';
import type { OnnxSettings } from './onnx-settings.ts';
import { onnxGraphOf } from './onnx-upstream-graph.ts';

/**
 * Any ONNX model that makes layers of a waveform, frozen.
 *
 * Every utterance is run by itself, so the model may be made for a batch of one. Frames are as many as S3PRL counts: cut, or
 * the last repeated.
 *
 * @throws InputError for a file that is no ONNX model; inputs or outputs that it does not have, or that are of another
 *   type or shape; a frame rate that is not what was said
 */
export async function onnxUpstream(
  path: string,
  settings: OnnxSettings,
  { threads = 0 }: { readonly threads?: number } = {},
): Promise<Upstream> {
  const onnx = (await onnxruntime('onnxruntime'))!;
  const session = await openModel(onnx, path, threads);
  const upstream = await onnxModelUpstream({ session, Tensor: onnx.Tensor, path }, settings);
  const input = session.inputMetadata.find(({ name }) => name === settings.input);
  const isFlat = input?.isTensor === true && input.shape.length === 1;
  const outputs = settings.outputs ?? session.outputNames;
  const { layers } = upstream;
  return { ...upstream, graph: (operations, waveforms) => onnxGraphOf(operations, waveforms, { path, settings, isFlat, outputs, layers }) };
}

async function openModel(onnx: typeof import('onnxruntime-node'), path: string, threads: number): Promise<InferenceSession> {
  const wrong = (found: string, cause?: unknown) =>
    new InputError(`upstream.path '${path}'`, found, 'an ONNX model', 'Check the path, and that the file is whole.', { cause });
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw wrong(found ? 'no file' : 'nothing there');
  try {
    return await onnx.InferenceSession.create(resolve(path), sessionOptions(threads));
  } catch (error) {
    throw wrong(`a file that onnxruntime refuses (${firstLine(error as Error)})`, error);
  }
}
