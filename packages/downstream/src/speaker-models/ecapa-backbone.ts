import { type Frames, type Mode, type Module, moduleOf, type Random } from '@s3/interface';
import { type GraphOperations, type GraphSequence, graphMasked, graphMean } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type BatchNorm, batchNorm } from '../layers/batch-norm.ts';
import { type Conv1d, conv1d } from '../layers/conv1d.ts';
import { frameMask } from '../layers/frame-mask.ts';
import { frameMean } from '../pooling/temporal-average-pooling.ts';

const groups = 8;
const gateSize = 128;

/** What the layers need to keep padding out: without it an utterance would differ alone and in a batch. */
interface Valid {
  readonly lengths: readonly number[];
  /** (batch, frames, 1) */
  readonly mask: tf.Tensor3D | undefined;
}
const zeroPadding = (x: tf.Tensor3D, { mask }: Valid) => (mask ? tf.mul(x, mask) : x) as tf.Tensor3D;

/** The layers of ECAPA-TDNN before its pooling. */
export interface EcapaBackbone extends Module {
  readonly outputSize: number;
  /** (batch, frames, inputSize) to (batch, frames, outputSize) */
  readonly forward: (frames: Frames, mode: Mode) => Frames;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => GraphSequence<T>;
}

/**
 * The frame layers of ECAPA-TDNN: a convolution, three blocks with ever wider context, all blocks joined.
 *
 * Padding does not count, in the squeeze, at the edges and in batch statistics; in the
 * original it does, so that an utterance depends on what it is batched with.
 *
 * Desplanques et al., "ECAPA-TDNN: Emphasized Channel Attention, Propagation and
 * Aggregation in TDNN Based Speaker Verification", 2020.
 */
export function ecapaBackbone(
  {
    inputSize,
    channels,
    outputSize,
    squeezeBatchNorm = false,
  }: {
    readonly inputSize: number;
    readonly channels: number;
    readonly outputSize: number;
    /** batch normalization in the squeeze-excitation, which ESPnet has and S3PRL has not; false unless said */
    readonly squeezeBatchNorm?: boolean;
  },
  random: Random,
): EcapaBackbone {
  const conv1 = conv1d({ inputSize, outputSize: channels, kernelSize: 5 }, random);
  const bn1 = batchNorm(channels);
  const layer1 = ecapaBlock(channels, 2, squeezeBatchNorm, random);
  const layer2 = ecapaBlock(channels, 3, squeezeBatchNorm, random);
  const layer3 = ecapaBlock(channels, 4, squeezeBatchNorm, random);
  const layer4 = conv1d({ inputSize: 3 * channels, outputSize }, random);
  return {
    ...moduleOf({ conv1, bn1, layer1, layer2, layer3, layer4 }),
    outputSize,
    forward: ({ values, lengths }, mode) => ({
      values: tf.tidy(() => {
        const valid = { lengths, mask: frameMask(values, lengths) };
        const x = bn1.forward(tf.relu(conv1.forward(zeroPadding(values, valid))), mode, lengths);
        const x1 = layer1.forward(x, valid, mode);
        const x2 = layer2.forward(tf.add(x, x1), valid, mode);
        const x3 = layer3.forward(tf.addN([x, x1, x2]), valid, mode);
        return tf.relu(layer4.forward(tf.concat([x1, x2, x3], -1)));
      }),
      lengths,
    }),
    graph(operations, { values, lengths }) {
      const masked = graphMasked(operations, { values, lengths });
      const x = bn1.graph(operations, operations.relu(conv1.graph(operations, masked)));
      const x1 = layer1.graph(operations, { values: x, lengths });
      const x2 = layer2.graph(operations, { values: operations.add(x, x1), lengths });
      const x3 = layer3.graph(operations, { values: operations.add(operations.add(x, x1), x2), lengths });
      return { values: operations.relu(layer4.graph(operations, operations.concat([x1, x2, x3], -1))), lengths };
    },
  };
}

/** Dilated Res2Net block with squeeze-excitation; the groups of channels see ever wider context. */
function ecapaBlock(channels: number, dilation: number, squeezeBatchNorm: boolean, random: Random) {
  const width = Math.floor(channels / groups);
  const conv1 = conv1d({ inputSize: channels, outputSize: width * groups }, random);
  const bn1 = batchNorm(width * groups);
  const convs = Array.from({ length: groups - 1 }, () => conv1d({ inputSize: width, outputSize: width, kernelSize: 3, dilation }, random));
  const bns = convs.map(() => batchNorm(width));
  const conv3 = conv1d({ inputSize: width * groups, outputSize: channels }, random);
  const bn3 = batchNorm(channels);
  const squeeze = conv1d({ inputSize: channels, outputSize: gateSize }, random);
  const squeezeBn = squeezeBatchNorm ? batchNorm(gateSize) : undefined;
  const excite = conv1d({ inputSize: gateSize, outputSize: channels }, random);
  const numbered = (layers: readonly Module[]) => moduleOf(Object.fromEntries(layers.map((layer, index) => [String(index), layer])));

  return {
    ...moduleOf({
      conv1,
      bn1,
      convs: numbered(convs),
      bns: numbered(bns),
      conv3,
      bn3,
      se: moduleOf({ se: moduleOf(squeezeBn ? { 1: squeeze, 3: squeezeBn, 4: excite } : { 1: squeeze, 3: excite }) }),
    }),
    forward(x: tf.Tensor3D, valid: Valid, mode: Mode): tf.Tensor3D {
      const first = zeroPadding(bn1.forward(tf.relu(conv1.forward(x)), mode, valid.lengths), valid);
      const parts: tf.Tensor3D[] = tf.split(first, groups, -1);
      const seen: tf.Tensor3D[] = [];
      convs.forEach((conv, group) => {
        const input: tf.Tensor3D = group === 0 ? parts[0]! : tf.add(seen[group - 1]!, parts[group]!);
        seen.push(zeroPadding(bns[group]!.forward(tf.relu(conv.forward(input)), mode, valid.lengths), valid));
      });
      const joined = tf.concat([...seen, parts[groups - 1]!], -1);
      const out = bn3.forward(tf.relu(conv3.forward(joined)), mode, valid.lengths);
      const summary = tf.expandDims(frameMean(out, valid.lengths, valid.mask), 1) as tf.Tensor3D; // (batch, 1, channels)
      const squeezed = tf.relu(squeeze.forward(summary));
      const gate: tf.Tensor3D = tf.sigmoid(excite.forward(squeezeBn ? squeezeBn.forward(squeezed, mode) : squeezed));
      return tf.add(tf.mul(out, gate), x);
    },
    graph<T>(operations: GraphOperations<T>, { values: x, lengths }: GraphSequence<T>): T {
      const active = (conv: Conv1d, bn: BatchNorm, values: T) => bn.graph(operations, operations.relu(conv.graph(operations, values)));
      const masked = (values: T) => graphMasked(operations, { values, lengths });
      const parts = operations.split(masked(active(conv1, bn1, x)), Array<number>(groups).fill(width), -1);
      const seen: T[] = [];
      convs.forEach((conv, group) => {
        const input = group === 0 ? parts[0]! : operations.add(seen[group - 1]!, parts[group]!);
        seen.push(masked(active(conv, bns[group]!, input)));
      });
      const out = active(conv3, bn3, operations.concat([...seen, parts[groups - 1]!], -1));
      const summary = operations.expandDims(graphMean(operations, { values: out, lengths }), 1);
      const squeezed = operations.relu(squeeze.graph(operations, summary));
      const gate = operations.sigmoid(excite.graph(operations, squeezeBn ? squeezeBn.graph(operations, squeezed) : squeezed));
      return operations.add(operations.multiply(out, gate), x);
    },
  };
}
