import { moduleOf, type Random } from '@s3/interface';
import { weightOf } from '@s3/interface/layers';
import { normalTensor, uniformTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, type LossSizes, oneHotOf, type SpeakerLoss, unitLength } from './speaker-loss.ts';

/** Settings of `aamSoftmax`. */
export interface AamSoftmaxSettings {
  /** added to the angle between an embedding and its speaker, in radians */
  readonly margin: number;
  /** factor of the cosines before the softmax */
  readonly scale: number;
  /** no margin where the cosine is not positive; false unless said */
  readonly easyMargin?: boolean;
}

/** Settings of `subCenterAamSoftmax`. */
export interface SubCenterAamSoftmaxSettings extends AamSoftmaxSettings {
  /** directions for each speaker, of which the nearest counts */
  readonly subCenters: number;
  /** how many of the likeliest wrong speakers are made likelier still; at most one less than there are speakers */
  readonly hardNegatives: number;
  /** taken from the angle to those, in radians at a margin of 0.2; it grows with the margin */
  readonly hardNegativeMargin: number;
}

/**
 * Additive angular margin softmax over speakers (ArcFace).
 *
 * logits = scale * cos(angle(embedding, speaker) + margin * [the speaker is the true one])
 *
 * Where the angle and the margin together exceed pi the logit goes on falling: scale * (cosine - margin * sin(margin)).
 *
 * Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", 2019.
 *
 */
export function aamSoftmax({ inputSize, outputSize }: LossSizes, settings: AamSoftmaxSettings, random: Random): SpeakerLoss {
  const { margin, scale } = settings;
  // (outputSize, inputSize); Xavier's normal values
  const weight = weightOf(
    normalTensor([outputSize, inputSize], Math.sqrt(2 / (inputSize + outputSize)), random),
  ) as tf.Variable<tf.Rank.R2>;
  return {
    ...moduleOf({ weight }),
    forward(embeddings, speakers) {
      const cosines = tf.matMul(unitLength(embeddings, 1), unitLength(weight, 1), false, true) as tf.Tensor2D;
      const oneHot = oneHotOf(speakers, outputSize);
      const withMargin = farther(cosines, settings, margin * Math.sin(margin));
      const logits = tf.mul(tf.add(cosines, tf.mul(oneHot, tf.sub(withMargin, cosines))), scale) as tf.Tensor2D;
      return { loss: crossEntropy(logits, oneHot), logits, likeness: cosines };
    },
  };
}

/**
 * Additive angular margin softmax with several directions for each speaker and a penalty on the likeliest wrong speakers.
 *
 * Where angle and margin together exceed pi the logit is scale * (cosine - 1 + cos(margin)).
 * ESPnet defines the penalty but its trainer never puts it to use (nobody calls the loss's `update`); here it counts.
 *
 * Deng et al., "Sub-center ArcFace: Boosting Face Recognition by Large-Scale Noisy Web Faces", 2020;
 * Zhao et al., "Multi-query multi-head attention pooling and inter-topK penalty for speaker verification", 2022.
 *
 */
export function subCenterAamSoftmax(
  { inputSize, outputSize }: LossSizes,
  settings: SubCenterAamSoftmaxSettings,
  random: Random,
): SpeakerLoss {
  const { margin, scale, subCenters, hardNegativeMargin } = settings;
  const hardNegatives = Math.min(settings.hardNegatives, outputSize - 1);
  const rows = outputSize * subCenters;
  // (outputSize * subCenters, inputSize), a speaker's rows side by side; Xavier's uniform values
  const weight = weightOf(uniformTensor([rows, inputSize], Math.sqrt(6 / (rows + inputSize)), random)) as tf.Variable<tf.Rank.R2>;
  const penalty = margin > 0.001 ? (hardNegativeMargin * margin) / 0.2 : 0;
  return {
    ...moduleOf({ weight }),
    forward(embeddings, speakers) {
      const all = tf.matMul(unitLength(embeddings, 1), unitLength(weight, 1), false, true);
      const cosines = (subCenters === 1 ? all : tf.max(tf.reshape(all, [-1, outputSize, subCenters]), 2)) as tf.Tensor2D;
      const oneHot = oneHotOf(speakers, outputSize);
      const withMargin = farther(cosines, settings, 1 - Math.cos(margin));
      let moved = tf.mul(oneHot, tf.sub(withMargin, cosines));
      if (hardNegatives > 0 && penalty > 0) {
        const isHard = choice(cosines, (given) => likeliestOthers(given, oneHot, hardNegatives));
        moved = tf.add(moved, tf.mul(isHard, tf.sub(turned(cosines, -penalty), cosines)));
      }
      const logits = tf.mul(tf.add(cosines, moved), scale) as tf.Tensor2D;
      return { loss: crossEntropy(logits, oneHot), logits, likeness: cosines };
    },
  };
}

/**
 * cos(angle + margin), and what goes on falling where that would rise again.
 *
 * @param drop what the cosine loses there
 */
function farther(cosines: tf.Tensor2D, { margin, easyMargin = false }: AamSoftmaxSettings, drop: number): tf.Tensor2D {
  const isInReach = choice(cosines, (given) => tf.cast(tf.greater(given, easyMargin ? 0 : -Math.cos(margin)), 'float32'));
  const beyond: tf.Tensor2D = easyMargin ? cosines : tf.sub(cosines, drop);
  return tf.add(beyond, tf.mul(isInReach, tf.sub(turned(cosines, margin), beyond)));
}

/** cos(angle + turn) of cos(angle) */
function turned(cosines: tf.Tensor2D, turn: number): tf.Tensor2D {
  // bounded before the root, whose gradient at zero is not finite
  const sines = tf.sqrt(tf.maximum(tf.sub(1, tf.square(cosines)), 1e-12));
  return tf.sub(tf.mul(cosines, Math.cos(turn)), tf.mul(sines, Math.sin(turn)));
}

/** 1 at the largest entries of each row but the true speaker's, else 0. */
function likeliestOthers(cosines: tf.Tensor2D, oneHot: tf.Tensor2D, count: number): tf.Tensor2D {
  const others = tf.sub(cosines, tf.mul(oneHot, 2));
  const { values } = tf.topk(others, count);
  const least = tf.slice(values, [0, count - 1], [-1, 1]);
  // the true speaker's may be among them only where the cosines are ties at -1
  return tf.mul(tf.cast(tf.greaterEqual(others, least), 'float32'), tf.sub(1, oneHot));
}

/** A decision on values that no gradient passes through: comparisons and sorting have none. */
function choice(values: tf.Tensor2D, decide: (values: tf.Tensor2D) => tf.Tensor): tf.Tensor2D {
  const withoutGradient = tf.customGrad((x) => ({ value: decide(x as tf.Tensor2D), gradFunc: () => [tf.zerosLike(x as tf.Tensor)] }));
  return withoutGradient(values) as tf.Tensor2D;
}
