import * as tf from '@tensorflow/tfjs-core';

/** between two looks: more than what may be prepared ahead at one of them and not at the other */
const stepsBetween = 50;

/**
 * Tells, once, that steps leave tensors in memory, which fills up until the run ends hours later: when at two looks in a
 * row there is at least one more for each step.
 *
 * @returns to be called after each step
 */
export function watchTensors(tell: (text: string) => void): (step: number) => void {
  let last: { readonly step: number; readonly tensors: number; readonly grew: boolean } | undefined;
  let isTold = false;
  return (step) => {
    if (isTold || (last && step - last.step < stepsBetween)) return;
    const tensors = tf.memory().numTensors;
    const perStep = last ? Math.floor((tensors - last.tensors) / (step - last.step)) : 0;
    isTold = perStep > 0 && last!.grew;
    if (isTold)
      tell(
        `each step leaves ${perStep} tensor${perStep === 1 ? '' : 's'} in memory, ${tensors} so far: what a task's \`prepare\`, an upstream's \`extract\` or a loader makes beside its result has to be disposed (tf.tidy); testTask and testUpstream of @s3/interface/testing find where`,
      );
    last = { step, tensors, grew: perStep > 0 };
  };
}
