/** How a hypothesis differs from its reference, by the fewest edits. */
export interface EditCounts {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** tokens of the reference */
  readonly length: number;
}

/** One place of an alignment: a token of the reference, of the hypothesis, or both. */
export interface AlignedPair {
  readonly reference?: string;
  readonly hypothesis?: string;
}

/**
 * The alignment of two token lists with the fewest edits.
 *
 * Of equally good ones it takes the one that, read from the end, prefers a match or substitution to a deletion, and that to an insertion.
 */
export function alignTokens(hypothesis: readonly string[], reference: readonly string[]): AlignedPair[] {
  const width = hypothesis.length + 1;
  const costs = new Uint32Array((reference.length + 1) * width);
  for (let column = 1; column < width; column++) costs[column] = column;
  for (let row = 1; row <= reference.length; row++) {
    costs[row * width] = row;
    for (let column = 1; column < width; column++) {
      const differs = reference[row - 1] === hypothesis[column - 1] ? 0 : 1;
      const at = row * width + column;
      costs[at] = Math.min(costs[at - width - 1]! + differs, costs[at - width]! + 1, costs[at - 1]! + 1);
    }
  }
  const pairs: AlignedPair[] = [];
  let [row, column] = [reference.length, hypothesis.length];
  while (row > 0 || column > 0) {
    const at = row * width + column;
    const differs = reference[row - 1] === hypothesis[column - 1] ? 0 : 1;
    if (row > 0 && column > 0 && costs[at] === costs[at - width - 1]! + differs) {
      pairs.push({ reference: reference[--row]!, hypothesis: hypothesis[--column]! });
    } else if (row > 0 && costs[at] === costs[at - width]! + 1) pairs.push({ reference: reference[--row]! });
    else pairs.push({ hypothesis: hypothesis[--column]! });
  }
  return pairs.reverse();
}

/** Edits of an alignment. */
export function countEdits(pairs: readonly AlignedPair[]): EditCounts {
  const counts = { substitutions: 0, deletions: 0, insertions: 0, length: 0 };
  for (const { reference, hypothesis } of pairs) {
    if (reference === undefined) counts.insertions++;
    else {
      counts.length++;
      if (hypothesis === undefined) counts.deletions++;
      else if (hypothesis !== reference) counts.substitutions++;
    }
  }
  return counts;
}

export function sumEdits(all: readonly EditCounts[]): EditCounts {
  const sum = { substitutions: 0, deletions: 0, insertions: 0, length: 0 };
  for (const counts of all) for (const key of ['substitutions', 'deletions', 'insertions', 'length'] as const) sum[key] += counts[key];
  return sum;
}

/** All edits of some counts. */
export function editsOf({ substitutions, deletions, insertions }: EditCounts): number {
  return substitutions + deletions + insertions;
}

/**
 * Edits per token of the references.
 *
 * References without any token count as one token, so that wrong hypotheses show; S3PRL divides by zero there.
 */
export function errorRate(counts: EditCounts): number {
  return editsOf(counts) / Math.max(1, counts.length);
}
