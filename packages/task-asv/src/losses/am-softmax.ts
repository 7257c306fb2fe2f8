import { moduleOf, type Random } from '@s3/interface';
import { weightOf } from '@s3/interface/layers';
import { normalTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, type LossSizes, oneHotOf, type SpeakerLoss, unitLength } from './speaker-loss.ts';

/**
 * Additive-margin softmax over speakers.
 *
 * logits = scale * (cos(embedding, speaker) - margin * [the speaker is the true one])
 *
 * Wang et al., "Additive Margin Softmax for Face Verification", 2018.
 *
 * @param settings `margin` in cosine, `scale` of the cosines before the softmax
 * @param random draws the speakers' first weights
 */
export function amSoftmax(
  { inputSize, outputSize }: LossSizes,
  { margin, scale }: { readonly margin: number; readonly scale: number },
  random: Random,
): SpeakerLoss {
  // (inputSize, outputSize); Xavier's normal values
  const W = weightOf(normalTensor([inputSize, outputSize], Math.sqrt(2 / (inputSize + outputSize)), random)) as tf.Variable<tf.Rank.R2>;
  return {
    ...moduleOf({ W }),
    forward(embeddings, speakers) {
      const cosines = tf.matMul(unitLength(embeddings, 1), unitLength(W, 0)) as tf.Tensor2D; // (batch, speakers)
      const oneHot = oneHotOf(speakers, outputSize);
      const logits = tf.mul(tf.sub(cosines, tf.mul(oneHot, margin)), scale) as tf.Tensor2D;
      return { loss: crossEntropy(logits, oneHot), logits, likeness: cosines };
    },
  };
}
