/** What became of one class. */
export interface ClassCounts {
  /** utterances that have this label */
  readonly utterances: number;
  /** utterances that were given this label */
  readonly predicted: number;
  readonly right: number;
  /** right / predicted; NaN where nothing was given this label */
  readonly precision: number;
  /** right / utterances; NaN where nothing has this label */
  readonly recall: number;
  /** harmonic mean of precision and recall; 0 where nothing is right, NaN where the label is neither there nor given */
  readonly f1: number;
}

/** Labels against predictions. */
export interface ClassReport {
  /** share of utterances whose label was found, 0..1 */
  readonly accuracy: number;
  /** mean recall of the classes that occur as labels, 0..1: each class counts alike (unweighted average recall) */
  readonly balancedAccuracy: number;
  /** by class id */
  readonly classes: readonly ClassCounts[];
  /** label and prediction with the number of utterances, for the pairs that occur, in the order of class ids */
  readonly pairs: readonly { readonly label: number; readonly prediction: number; readonly utterances: number }[];
}

/**
 * Counts labels against predictions.
 *
 * @param labels class id of each utterance
 * @param predictions class id given to each utterance
 * @param size number of classes
 */
export function classReport(labels: readonly number[], predictions: readonly number[], size: number): ClassReport {
  const pairCounts = new Map<number, number>();
  const utterances = new Array<number>(size).fill(0);
  const predicted = new Array<number>(size).fill(0);
  const right = new Array<number>(size).fill(0);
  labels.forEach((label, index) => {
    const prediction = predictions[index]!;
    const pair = label * size + prediction;
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + 1);
    utterances[label]!++;
    predicted[prediction]!++;
    if (label === prediction) right[label]!++;
  });
  const classes = utterances.map((count, classId): ClassCounts => {
    const [given, found] = [predicted[classId]!, right[classId]!];
    return {
      utterances: count,
      predicted: given,
      right: found,
      precision: found / given,
      recall: found / count,
      f1: (2 * found) / (count + given),
    };
  });
  const occurring = classes.filter((one) => one.utterances > 0);
  return {
    accuracy: right.reduce((sum, count) => sum + count, 0) / labels.length,
    balancedAccuracy: occurring.reduce((sum, { recall }) => sum + recall, 0) / occurring.length,
    classes,
    pairs: [...pairCounts]
      .sort(([one], [other]) => one - other)
      .map(([pair, count]) => ({ label: Math.floor(pair / size), prediction: pair % size, utterances: count })),
  };
}
