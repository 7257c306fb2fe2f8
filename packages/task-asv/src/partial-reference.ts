import { InputError } from '@s3/interface';
import type { EmbeddingMap } from './scoring/embedding-rows.ts';
import type { Trial } from './scoring/score-trials.ts';
import type { VerificationReference } from './speaker-verification.ts';

/**
 * What can be judged of a test set of which only some utterances were embedded, for a quick try.
 *
 * Trials whose utterances are both there. A cohort of which nothing is there, and a calibration without trials of both
 * kinds, are left out with their step.
 *
 * @throws InputError where no trials of both kinds are left
 */
export function partialReference(
  { trials, cohort, calibration }: VerificationReference,
  embeddings: EmbeddingMap,
): VerificationReference & { readonly leftOut: number } {
  const hasBoth = ({ enroll, test }: Trial) => embeddings.has(enroll) && embeddings.has(test);
  const left = trials.filter(hasBoth);
  if (!ofBothKinds(left)) {
    const same = left.filter(({ sameSpeaker }) => sameSpeaker).length;
    throw new InputError(
      'the batches that are judged',
      `both utterances of ${left.length} of ${trials.length} trials, ${same} of them of one speaker`,
      'those of trials of one speaker and of two',
      'Judge more batches (evalBatches), or all of them with -1.',
    );
  }
  const speakers = new Map([...(cohort?.speakers ?? [])].filter(([id]) => embeddings.has(id)));
  const learnt = calibration?.trials.filter(hasBoth) ?? [];
  return {
    trials: left,
    leftOut: trials.length - left.length,
    ...(cohort && speakers.size > 0 && { cohort: { ...cohort, speakers } }),
    ...(calibration && ofBothKinds(learnt) && { calibration: { ...calibration, trials: learnt } }),
  };
}

const ofBothKinds = (trials: readonly Trial[]) =>
  trials.some(({ sameSpeaker }) => sameSpeaker) && trials.some(({ sameSpeaker }) => !sameSpeaker);
