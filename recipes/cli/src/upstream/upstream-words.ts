import { existsSync } from 'node:fs';
import { upstreamNames } from '@s3/upstream';

/** The settings of an upstream that is named in one word: a name of `s3 upstream list`, a folder, a checkpoint file, a model's id on the hub, an ONNX file. */
export function upstreamWords(source: string | undefined): readonly string[] {
  if (source === undefined) return [];
  if (/\.onnx$/i.test(source)) return ['--upstream.name', 'onnx', '--upstream.path', source];
  const isName = (upstreamNames as readonly string[]).includes(source);
  const isCheckpoint = !isName && (source.includes('/') || /\.(ckpt|pth?)$/i.test(source) || existsSync(source));
  return isCheckpoint ? ['--upstream.name', 'hf_custom', '--upstream.path', source] : ['--upstream.name', source];
}
