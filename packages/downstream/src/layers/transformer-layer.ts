import { type Mode, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { affine, weightOf } from '@s3/interface/layers';
import { dropout, layerNorm, normalTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';

export interface TransformerShape {
  readonly hiddenSize: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly dropout: number;
  readonly preLayerNorm: boolean;
}

/** Self-attention over all frames, then two linear layers on each, both beside a path that leads around them. */
export interface TransformerLayer extends Module {
  /**
   * @param values (batch, frames, hiddenSize)
   * @param mask (batch, 1, 1, frames) added to the attention: 0 on valid frames, very negative on others; undefined where all are valid
   */
  readonly forward: (values: tf.Tensor3D, mask: tf.Tensor4D | undefined, mode: Mode) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, values: T, mask: T) => T;
}

/** A linear layer that starts from normal weights of deviation 0.02, as BERT's do. */
export function normalLinear(inputSize: number, outputSize: number, random: Random) {
  const weight = weightOf(normalTensor([outputSize, inputSize], 0.02, random)) as tf.Variable<tf.Rank.R2>;
  const bias = weightOf(tf.zeros([outputSize])) as tf.Variable<tf.Rank.R1>;
  return { ...moduleOf({ weight, bias }), weight, bias, forward: <T extends tf.Tensor>(x: T): T => affine(x, weight, bias) };
}

const epsilon = 1e-12;

/** Layer normalization with weights. */
export function norm(size: number) {
  const weight = weightOf(tf.ones([size])) as tf.Variable<tf.Rank.R1>;
  const bias = weightOf(tf.zeros([size])) as tf.Variable<tf.Rank.R1>;
  return {
    ...moduleOf({ weight, bias }),
    forward: <T extends tf.Tensor>(x: T): T => layerNorm(x, weight, bias, epsilon),
    graph: <T>(operations: GraphOperations<T>, x: T): T => operations.layerNorm(x, { weight, bias, epsilon }),
  };
}

/** A layer of a transformer with the names of S3PRL's Mockingjay, which are BERT's. */
export function transformerLayer(shape: TransformerShape, random: Random): TransformerLayer {
  const { hiddenSize, heads, intermediateSize, preLayerNorm } = shape;
  const [query, key, value, joined] = Array.from({ length: 4 }, () => normalLinear(hiddenSize, hiddenSize, random)) as [
    ReturnType<typeof normalLinear>,
    ReturnType<typeof normalLinear>,
    ReturnType<typeof normalLinear>,
    ReturnType<typeof normalLinear>,
  ];
  const attentionNorm = norm(hiddenSize);
  const wide = normalLinear(hiddenSize, intermediateSize, random);
  const narrow = normalLinear(intermediateSize, hiddenSize, random);
  const outputNorm = norm(hiddenSize);

  function attend(x: tf.Tensor3D, mask: tf.Tensor4D | undefined, mode: Mode): tf.Tensor3D {
    const [batch, frames] = x.shape;
    const size = hiddenSize / heads;
    const perHead = (values: tf.Tensor3D) => tf.transpose(tf.reshape(values, [batch, frames, heads, size]), [0, 2, 1, 3]) as tf.Tensor4D;
    const scores = tf.matMul(tf.mul(perHead(query.forward(x)), 1 / Math.sqrt(size)), perHead(key.forward(x)), false, true);
    const shares = tf.softmax(mask ? tf.add(scores, mask) : scores);
    const context = tf.matMul(mode.training ? dropout(shares, shape.dropout, mode.random) : shares, perHead(value.forward(x)));
    return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [batch, frames, hiddenSize]);
  }

  return {
    ...moduleOf({
      attention: moduleOf({
        self: moduleOf({ query, key, value }),
        output: moduleOf({ dense: joined, LayerNorm: attentionNorm }),
      }),
      intermediate: moduleOf({ dense: wide }),
      output: moduleOf({ dense: narrow, LayerNorm: outputNorm }),
    }),
    forward(values, mask, mode) {
      const dropped = (x: tf.Tensor3D) => (mode.training ? dropout(x, shape.dropout, mode.random) : x);
      const beside = (x: tf.Tensor3D, { forward }: ReturnType<typeof norm>, branch: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D =>
        preLayerNorm ? tf.add(branch(forward(x)), x) : forward(tf.add(branch(x), x));
      const attended = beside(values, attentionNorm, (x) => dropped(joined.forward(attend(x, mask, mode))));
      return beside(attended, outputNorm, (x) => dropped(narrow.forward(gelu(wide.forward(x)))));
    },
    graph<T>(operations: GraphOperations<T>, values: T, mask: T): T {
      const through = (x: T, { weight, bias }: ReturnType<typeof normalLinear>) => operations.affine(x, weight, bias);
      const perHead = (x: T, axes: readonly number[]) => operations.transpose(operations.reshape(x, [0, 0, heads, -1]), axes);
      const attendIn = (x: T) => {
        const scaled = operations.multiply(through(x, query), 1 / Math.sqrt(hiddenSize / heads));
        const scores = operations.matMul(perHead(scaled, [0, 2, 1, 3]), perHead(through(x, key), [0, 2, 3, 1]));
        const context = operations.matMul(operations.softmax(operations.add(scores, mask)), perHead(through(x, value), [0, 2, 1, 3]));
        return operations.reshape(operations.transpose(context, [0, 2, 1, 3]), [0, 0, -1]);
      };
      const beside = (x: T, normalization: ReturnType<typeof norm>, branch: (x: T) => T): T =>
        preLayerNorm
          ? operations.add(branch(normalization.graph(operations, x)), x)
          : normalization.graph(operations, operations.add(branch(x), x));
      const attended = beside(values, attentionNorm, (x) => through(attendIn(x), joined));
      return beside(attended, outputNorm, (x) => through(operations.gelu(through(x, wide)), narrow));
    },
  };
}

/** Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016. */
function gelu<T extends tf.Tensor>(x: T): T {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as T;
}
