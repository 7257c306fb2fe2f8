/** Place of a class among all when they are ordered by probability, 0 for the most probable; of equal ones the lower class id comes first. */
export function rankOf(probabilities: ArrayLike<number>, classId: number): number {
  const own = probabilities[classId]!;
  let rank = 0;
  for (let other = 0; other < probabilities.length; other++) {
    if (probabilities[other]! > own || (probabilities[other] === own && other < classId)) rank++;
  }
  return rank;
}

/** The most probable class; of equal ones the lowest class id. */
export function mostProbable(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let classId = 1; classId < probabilities.length; classId++) if (probabilities[classId]! > probabilities[best]!) best = classId;
  return best;
}
