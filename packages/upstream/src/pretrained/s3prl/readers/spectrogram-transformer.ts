import type { StoredTensor } from '../../tensor-files/stored-tensor.ts';
import { type OriginalReader, wholeFile } from '../original-checkpoint.ts';

const prefix = 'module.v.';
const melBins = 128;
const patchWeight = `${prefix}patch_embed.proj.weight`;
/** frames of 1 s, which SSAST hears at once with S3PRL unless told otherwise */
const secondFrames = 100;

/** timm's names, and those of transformers, `LAYER` the number of a layer. */
const names: readonly (readonly [timm: RegExp, ours: string])[] = [
  [/^cls_token$/, 'embeddings.cls_token'],
  [/^dist_token$/, 'embeddings.distillation_token'],
  [/^pos_embed$/, 'embeddings.position_embeddings'],
  [/^patch_embed\.proj\./, 'embeddings.patch_embeddings.projection.'],
  [/^blocks\.(\d+)\.attn\.qkv\./, 'encoder.layer.$1.attention.attention.qkv.'],
  [/^blocks\.(\d+)\.attn\.proj\./, 'encoder.layer.$1.attention.output.dense.'],
  [/^blocks\.(\d+)\.norm1\./, 'encoder.layer.$1.layernorm_before.'],
  [/^blocks\.(\d+)\.norm2\./, 'encoder.layer.$1.layernorm_after.'],
  [/^blocks\.(\d+)\.mlp\.fc1\./, 'encoder.layer.$1.intermediate.dense.'],
  [/^blocks\.(\d+)\.mlp\.fc2\./, 'encoder.layer.$1.output.dense.'],
  [/^norm\./, 'layernorm.'],
];

/**
 * AST and SSAST as their authors keep them: a dictionary of weights by timm's names. SSAST was trained on patches that do not overlap;
 * its positions are cut and interpolated for those that do, as S3PRL does.
 */
export const readSpectrogramTransformer: OriginalReader = ({ keysOf, shapeOf }) => {
  const keys = keysOf(wholeFile);
  const shape = shapeOf(wholeFile, patchWeight);
  const positions = shapeOf(wholeFile, `${prefix}pos_embed`)?.[1];
  if (shape?.length !== 4 || positions === undefined) return undefined;
  const [size, , bins, frames] = shape as [number, number, number, number];
  const isSsast = keys.includes('module.p_input_tdim');
  const stride = bins === melBins ? ([melBins, 1] as const) : ([10, 10] as const);
  const counted = (of: number, taps: number, step: number) => Math.floor((of - taps) / step) + 1;
  const rows = counted(melBins, bins, stride[0]);
  const trained = isSsast
    ? { rows: Math.floor(melBins / bins), columns: (positions - 2) / Math.floor(melBins / bins) }
    : { rows, columns: (positions - 2) / rows };
  // of all lengths with so many patches one after the other the one that AST was trained with, 1024 frames
  const heard = isSsast ? secondFrames : (trained.columns - 1) * stride[1] + frames + 8;
  const columns = counted(heard, frames, stride[1]);
  return {
    config: {
      model_type: 'audio-spectrogram-transformer',
      hidden_size: size,
      num_hidden_layers: keys.filter((name) => /\.blocks\.\d+\.norm1\.weight$/.test(name)).length,
      // 64 features each, in every size of DeiT
      num_attention_heads: Math.max(1, Math.floor(size / 64)),
      intermediate_size: shapeOf(wholeFile, `${prefix}blocks.0.mlp.fc1.weight`)?.[0] ?? 0,
      qkv_bias: keys.includes(`${prefix}blocks.0.attn.qkv.bias`),
      layer_norm_eps: 1e-6,
      patch_size: [bins, frames],
      frequency_stride: stride[0],
      time_stride: stride[1],
      num_mel_bins: melBins,
      max_length: heard,
    },
    weights: wholeFile,
    named: (name) => {
      if (!name.startsWith(prefix)) return name.replace(/^module\./, 'classifier.');
      const own = name.slice(prefix.length);
      // the heads of DeiT
      if (/^head(_dist)?\./.test(own)) return `classifier.${own}`;
      const found = names.find(([timm]) => timm.test(own));
      return found ? own.replace(found[0], found[1]) : own;
    },
    converted: (tensors) =>
      new Map(
        [...tensors].flatMap(([name, tensor]): [string, StoredTensor][] => {
          if (name.includes('.qkv.')) {
            const parts = ['query', 'key', 'value'].map((part, index) => [name.replace('qkv', part), third(tensor, index)] as const);
            return parts as unknown as [string, StoredTensor][];
          }
          if (isSsast && name === 'embeddings.position_embeddings') return [[name, fitted(tensor, trained, { rows, columns })]];
          return [[name, tensor]];
        }),
      ),
  };
};

/** The first, second or third part of a tensor's rows. */
function third({ shape, read }: StoredTensor, index: number): StoredTensor {
  const [all = 0, ...rest] = shape;
  const count = (all / 3) * rest.reduce((product, axis) => product * axis, 1);
  return { shape: [all / 3, ...rest], read: async () => (await read()).slice(index * count, (index + 1) * count) };
}

interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** Positions for another grid of patches: fewer columns are the middle ones, everything else is interpolated. */
function fitted({ shape, read }: StoredTensor, from: Grid, to: Grid): StoredTensor {
  const [, , size] = shape as [number, number, number];
  return {
    shape: [1, 2 + to.rows * to.columns, size],
    async read() {
      const values = await read();
      const answer = new Float32Array((2 + to.rows * to.columns) * size);
      answer.set(values.subarray(0, 2 * size));
      const isCut = to.columns < from.columns;
      const firstColumn = Math.floor(from.columns / 2) - Math.floor(to.columns / 2);
      for (let row = 0; row < to.rows; row++) {
        const rows = between(row, from.rows, to.rows);
        for (let column = 0; column < to.columns; column++) {
          const columns = isCut ? [[firstColumn + column, 1] as const] : between(column, from.columns, to.columns);
          const place = (2 + row * to.columns + column) * size;
          for (const [oldRow, rowShare] of rows) {
            for (const [oldColumn, columnShare] of columns) {
              const old = (2 + oldRow * from.columns + oldColumn) * size;
              for (let at = 0; at < size; at++) answer[place + at]! += rowShare * columnShare * values[old + at]!;
            }
          }
        }
      }
      return answer;
    },
  };
}

/** What an entry of a longer list is made of, as PyTorch interpolates: two entries of the shorter one and their shares. */
function between(index: number, from: number, to: number): readonly (readonly [index: number, share: number])[] {
  const place = Math.max(0, ((index + 0.5) * from) / to - 0.5);
  const first = Math.min(Math.floor(place), from - 1);
  const share = place - first;
  return [
    [first, 1 - share],
    [Math.min(first + 1, from - 1), share],
  ];
}
