/** Sizes of a batch of logits, and what is to be aligned with it. */
export interface CtcBatch {
  /** (batch * frames * classes), row-major */
  readonly logits: Float32Array;
  readonly frames: number;
  readonly classes: number;
  /** (batch,) valid frames of each utterance */
  readonly lengths: readonly number[];
  /** (batch,) class ids of each utterance's labels, none of them the blank */
  readonly targets: readonly (readonly number[])[];
  /** class id of the blank */
  readonly blank: number;
}

/** All alignments of the labels of a batch with its frames, summed. */
export interface CtcAlignments {
  /** (batch,) negative log likelihood of each utterance's labels; infinite where they need more frames than there are */
  readonly losses: Float64Array;
  /** (batch * frames * classes) derivative of the sum of factor * loss by the logits; zero in padding */
  readonly gradient: (factors: readonly number[]) => Float32Array;
}

/** A term this many nats below another changes no digit of a float64 sum. */
const negligible = 45;

/**
 * The forward-backward algorithm of CTC, in float64 and the log domain.
 *
 * Backward variables and gradients are computed only if asked for.
 *
 * Graves et al., "Connectionist Temporal Classification", 2006.
 */
export function ctcAlignments(batch: CtcBatch): CtcAlignments {
  const { frames, classes, lengths, targets } = batch;
  const rows = targets.map((labels, row) => forward(batch, row, labels, lengths[row]!));
  return {
    losses: Float64Array.from(rows, ({ loss }) => loss),
    gradient(factors) {
      const gradient = new Float32Array(targets.length * frames * classes);
      rows.forEach((lattice, row) => {
        if (factors[row] !== 0)
          backward(lattice, factors[row]!, gradient.subarray(row * frames * classes, (row + 1) * frames * classes), classes);
      });
      return gradient;
    },
  };
}

interface Lattice {
  readonly loss: number;
  readonly frames: number;
  /** class of each state: blank, label, blank, label, ..., blank */
  readonly states: Int32Array;
  /** whether a state can be entered from the label before the last, past a blank */
  readonly skips: Uint8Array;
  /** (frames * classes) */
  readonly logProbabilities: Float64Array;
  /** (frames * states) log probability of all ways to a state, its own frame included */
  readonly alphas: Float64Array;
}

function forward({ logits, frames: stride, classes, blank }: CtcBatch, row: number, labels: readonly number[], frames: number): Lattice {
  const states = new Int32Array(2 * labels.length + 1).fill(blank);
  labels.forEach((label, index) => {
    states[2 * index + 1] = label;
  });
  const count = states.length;
  const skips = Uint8Array.from(states, (state, index) => (index % 2 === 1 && index > 1 && state !== states[index - 2] ? 1 : 0));

  const logProbabilities = logSoftmax(logits, row * stride * classes, frames, classes);
  const alphas = new Float64Array(frames * count).fill(Number.NEGATIVE_INFINITY);
  if (frames > 0) {
    alphas[0] = logProbabilities[blank]!;
    if (count > 1) alphas[1] = logProbabilities[states[1]!]!;
  }
  for (let frame = 1; frame < frames; frame++) {
    const [now, before, emission] = [frame * count, (frame - 1) * count, frame * classes];
    // states that cannot be left in time for the end stay at zero probability
    const first = Math.max(0, count - 2 * (frames - frame));
    const last = Math.min(count - 1, 2 * frame + 1);
    for (let state = first; state <= last; state++) {
      let sum = alphas[before + state]!;
      if (state > 0) sum = logAdd(sum, alphas[before + state - 1]!);
      if (skips[state]) sum = logAdd(sum, alphas[before + state - 2]!);
      alphas[now + state] = sum + logProbabilities[emission + states[state]!]!;
    }
  }
  const end = frames * count;
  const likelihood =
    frames === 0
      ? labels.length === 0
        ? 0
        : Number.NEGATIVE_INFINITY
      : logAdd(alphas[end - 1]!, count > 1 ? alphas[end - 2]! : Number.NEGATIVE_INFINITY);
  return { loss: -likelihood, frames, states, skips, logProbabilities, alphas };
}

/** Adds factor * (softmax - how much of the alignments' probability each class has), frame by frame. */
function backward(
  { loss, frames, states, skips, logProbabilities, alphas }: Lattice,
  factor: number,
  gradient: Float32Array,
  classes: number,
): void {
  if (!Number.isFinite(loss)) {
    gradient.fill(Number.NaN, 0, frames * classes);
    return;
  }
  const count = states.length;
  // log probability of all ways from a state to the end, its own frame left out
  let betas = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  let next = new Float64Array(count);
  betas[count - 1] = 0;
  if (count > 1) betas[count - 2] = 0;
  const shares = new Float64Array(classes);
  for (let frame = frames - 1; frame >= 0; frame--) {
    const [now, emission] = [frame * count, frame * classes];
    shares.fill(0);
    for (let state = 0; state < count; state++) {
      const path = alphas[now + state]! + betas[state]! + loss;
      if (path > -negligible * 2) shares[states[state]!]! += Math.exp(path);
    }
    for (let index = 0; index < classes; index++) {
      gradient[emission + index] = factor * (Math.exp(logProbabilities[emission + index]!) - shares[index]!);
    }
    if (frame === 0) break;
    for (let state = 0; state < count; state++) next[state] = betas[state]! + logProbabilities[emission + states[state]!]!;
    [betas, next] = [next, betas];
    // in place from below: each state reads only itself and states above
    for (let state = 0; state < count; state++) {
      let sum = betas[state]!;
      if (state + 1 < count) sum = logAdd(sum, betas[state + 1]!);
      if (state + 2 < count && skips[state + 2]) sum = logAdd(sum, betas[state + 2]!);
      betas[state] = sum;
    }
  }
}

function logSoftmax(logits: Float32Array, offset: number, frames: number, classes: number): Float64Array {
  const values = new Float64Array(frames * classes);
  for (let frame = 0; frame < frames; frame++) {
    const start = offset + frame * classes;
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < classes; index++) largest = Math.max(largest, logits[start + index]!);
    let sum = 0;
    for (let index = 0; index < classes; index++) sum += Math.exp(logits[start + index]! - largest);
    const norm = largest + Math.log(sum);
    for (let index = 0; index < classes; index++) values[frame * classes + index] = logits[start + index]! - norm;
  }
  return values;
}

/** log(exp(one) + exp(other)) */
function logAdd(one: number, other: number): number {
  const difference = one - other;
  // also where both are minus infinity, whose difference is NaN
  if (!(difference < negligible)) return difference > 0 ? one : other;
  if (difference < -negligible) return other;
  return difference > 0 ? one + Math.log1p(Math.exp(-difference)) : other + Math.log1p(Math.exp(difference));
}
