import { type Frames, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { ctcAlignments } from './ctc-alignments.ts';

/** The CTC loss of a batch. */
export interface CtcLoss {
  /** mean over the batch of each utterance's loss divided by the number of its labels (at least 1) */
  readonly loss: tf.Scalar;
  /** (batch,) negative log likelihood of each utterance's labels; infinite where they need more frames than there are */
  readonly losses: readonly number[];
}

/**
 * CTC loss of a batch, on raw logits, computed in float64 on the host.
 *
 * Equals PyTorch's `CTCLoss` of `log_softmax`. With `zeroInfinity` an utterance whose labels need more
 * frames than it has adds neither loss nor gradient; it still counts in the mean, and shows in `losses`.
 *
 * @param logits (batch, frames, classes)
 * @param targets class ids of each utterance's labels, none of them the blank
 * @throws InputError for a target that is the blank or no class of the logits
 */
export function ctcLoss(
  logits: Frames,
  targets: readonly (readonly number[])[],
  { blank = 0, zeroInfinity = true }: { readonly blank?: number; readonly zeroInfinity?: boolean } = {},
): CtcLoss {
  const [rows, frames, classes] = logits.values.shape;
  if (targets.length !== rows)
    throw new InputError('ctcLoss', `${targets.length} targets`, `${rows}, one for each utterance`, 'Give one list for each row.');
  targets.forEach((labels, row) => {
    const wrong = labels.find((label) => !Number.isInteger(label) || label < 0 || label >= classes || label === blank);
    if (wrong !== undefined) {
      throw new InputError(
        `ctcLoss, target ${row}`,
        `the class id ${wrong}`,
        `0 to ${classes - 1} without the blank (${blank})`,
        'Check that the model was built for this tokenizer.',
      );
    }
  });

  let losses: Float64Array = new Float64Array(rows);
  const loss = tf.customGrad((values) => {
    const alignments = ctcAlignments({
      logits: (values as tf.Tensor).dataSync() as Float32Array,
      frames,
      classes,
      lengths: logits.lengths,
      targets,
      blank,
    });
    losses = alignments.losses;
    const factors = targets.map((labels, row) =>
      zeroInfinity && losses[row] === Number.POSITIVE_INFINITY ? 0 : 1 / Math.max(1, labels.length) / rows,
    );
    const mean = factors.reduce((sum, factor, row) => (factor === 0 ? sum : sum + factor * losses[row]!), 0);
    return {
      value: tf.scalar(mean),
      gradFunc: (derivative) => tf.mul(derivative as tf.Scalar, tf.tensor(alignments.gradient(factors), [rows, frames, classes])),
    };
  })(logits.values) as tf.Scalar;
  return { loss, losses: [...losses] };
}
