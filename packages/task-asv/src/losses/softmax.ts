import { moduleOf, type Random } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import { crossEntropy, type LossSizes, oneHotOf, type SpeakerLoss, unitLength } from './speaker-loss.ts';

/**
 * Softmax over speakers: a linear layer on embeddings of length 1.
 *
 */
export function softmax({ inputSize, outputSize }: LossSizes, random: Random): SpeakerLoss {
  const fc = linear(inputSize, outputSize, random);
  return {
    ...moduleOf({ fc }),
    forward(embeddings, speakers) {
      const logits = fc.forward(unitLength(embeddings, 1)); // (batch, speakers)
      return { loss: crossEntropy(logits, oneHotOf(speakers, outputSize)), logits, likeness: logits };
    },
  };
}
