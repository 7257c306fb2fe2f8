import { moduleOf, type Random } from '@s3/interface';
import { type GraphOperations, graphMean } from '@s3/interface/graph';
import { affine } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv1d } from '../layers/conv1d.ts';
import { frameMask } from '../layers/frame-mask.ts';
import { shutBehind } from './graph-attention.ts';
import type { Pooling } from './pooling.ts';
import { frameMean } from './temporal-average-pooling.ts';

const attentionSize = 128;
const [smallestVariance, largestVariance] = [2 ** -23, 1e4];

/**
 * Mean and standard deviation over the valid frames, each feature with an attention of its own that sees the whole utterance (CASP).
 *
 * The pooling of ECAPA-TDNN; the numbers are those of ESPnet's `chn_attn_stat`.
 *
 * Desplanques et al., "ECAPA-TDNN: Emphasized Channel Attention, Propagation and
 * Aggregation in TDNN Based Speaker Verification", 2020.
 */
export function contextAttentiveStatisticsPooling(inputSize: number, random: Random): Pooling {
  // sees a frame, the mean and the deviation of its utterance side by side
  const squeeze = conv1d({ inputSize: 3 * inputSize, outputSize: attentionSize }, random);
  const bn = batchNorm(attentionSize);
  const excite = conv1d({ inputSize: attentionSize, outputSize: inputSize }, random);
  const { weight, bias } = squeeze.state().tensors as { readonly weight: tf.Tensor3D; readonly bias: tf.Tensor1D };
  return {
    ...moduleOf({ attention: moduleOf({ 0: squeeze, 2: bn, 3: excite }) }),
    outputSize: 2 * inputSize,
    minFrames: 1,
    forward: ({ values, lengths }, mode) =>
      tf.tidy(() => {
        const mask = frameMask(values, lengths);
        const mean = frameMean(values, lengths, mask);
        const spread = frameMean(tf.square(tf.sub(values, tf.expandDims(mean, 1))) as tf.Tensor3D, lengths, mask);
        const context = tf.concat([mean, tf.sqrt(tf.clipByValue(spread, smallestVariance, largestVariance))], -1) as tf.Tensor2D;

        // one product for the frames and one for the utterances, instead of one that repeats the utterance in every frame
        const flat = tf.squeeze(weight, [2]) as tf.Tensor2D;
        const ofFrame = affine(values, tf.slice(flat, [0, 0], [-1, inputSize]) as tf.Tensor2D);
        const ofUtterance = affine(context, tf.slice(flat, [0, inputSize], [-1, -1]) as tf.Tensor2D, bias);
        const seen = tf.relu(tf.add(ofFrame, tf.expandDims(ofUtterance, 1))) as tf.Tensor3D;
        const hidden = bn.forward(seen, mode, lengths);
        const logits = excite.forward(hidden);

        // softmax is over the last axis in every engine
        const masked: tf.Tensor = mask ? tf.add(logits, tf.mul(tf.sub(mask, 1), 1e30)) : logits;
        const shares = tf.transpose(tf.softmax(tf.transpose(masked, [0, 2, 1])), [0, 2, 1]);
        const center = tf.sum(tf.mul(values, shares), 1) as tf.Tensor2D;
        const variance = tf.sub(tf.sum(tf.mul(tf.square(values), shares), 1), tf.square(center));
        return tf.concat([center, tf.sqrt(tf.clipByValue(variance, 1e-4, largestVariance))], -1) as tf.Tensor2D;
      }),
    graph(operations, { values, lengths }) {
      const deviation = <T>(graph: GraphOperations<T>, variance: T, smallest: number) =>
        graph.sqrt(graph.minimum(graph.maximum(variance, smallest), largestVariance));
      const mean = graphMean(operations, { values, lengths });
      const centered = operations.subtract(values, operations.expandDims(mean, 1));
      const spread = graphMean(operations, { values: operations.multiply(centered, centered), lengths });
      const context = operations.concat([mean, deviation(operations, spread, smallestVariance)], -1);

      const flat = tf.squeeze(weight, [2]) as tf.Tensor2D;
      const ofFrame = operations.affine(values, tf.slice(flat, [0, 0], [-1, inputSize]) as tf.Tensor2D);
      const ofUtterance = operations.affine(context, tf.slice(flat, [0, inputSize], [-1, -1]) as tf.Tensor2D, bias);
      const seen = operations.relu(operations.add(ofFrame, operations.expandDims(ofUtterance, 1)));
      const logits = excite.graph(operations, bn.graph(operations, seen));
      const shut = operations.expandDims(shutBehind(operations, lengths, values), 1);
      const byFeature = operations.softmax(operations.add(operations.transpose(logits, [0, 2, 1]), shut));
      const weighed = operations.multiply(values, operations.transpose(byFeature, [0, 2, 1]));
      const center = operations.sum(weighed, 1, false);
      const squares = operations.sum(operations.multiply(values, weighed), 1, false);
      const variance = operations.subtract(squares, operations.multiply(center, center));
      return operations.concat([center, deviation(operations, variance, 1e-4)], -1);
    },
  };
}
