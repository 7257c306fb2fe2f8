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

/**
 * Probabilities fall out of the range of a float64 after some hundred frames. Each is kept as `value * 2 ** (256 * scale)`
 * with a value from 1 to 2 ** 256, which is exact and, unlike logarithms, needs no transcendental function for a sum.
 */
const [base, inverse, logBase] = [2 ** 256, 2 ** -256, 256 * Math.LN2];

/** Of the base, from -2 up: a share is 1 at most, and the product of two values over a third at least 2 ** -256. */
const powers = [inverse * inverse, inverse, 1, base];

/** Probabilities of states: `values` and `scales`; a state that cannot be has 0, and a scale below all others. */
interface Scaled {
  readonly values: Float64Array;
  readonly scales: Float64Array;
}

const scaled = (count: number): Scaled => ({
  values: new Float64Array(count),
  scales: new Float64Array(count).fill(-1e15),
});

/**
 * The forward-backward algorithm of CTC, in float64 of unlimited range.
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
  readonly emissions: Emissions;
  /** (frames * states) of all ways to a state, its own frame included */
  readonly alphas: Scaled;
  /** of all alignments */
  readonly likelihood: Scaled;
}

function forward({ logits, frames: stride, classes, blank }: CtcBatch, row: number, labels: readonly number[], frames: number): Lattice {
  const states = new Int32Array(2 * labels.length + 1).fill(blank);
  labels.forEach((label, index) => {
    states[2 * index + 1] = label;
  });
  const count = states.length;
  const skips = Uint8Array.from(states, (state, index) => (index % 2 === 1 && index > 1 && state !== states[index - 2] ? 1 : 0));

  const emissions = new Emissions(logits.subarray(row * stride * classes, (row * stride + frames) * classes), classes);
  const alphas = scaled(frames * count);
  for (let frame = 0; frame < frames; frame++) {
    const [now, before] = [frame * count, (frame - 1) * count];
    // states that cannot be left in time for the end stay at zero probability
    const first = Math.max(0, count - 2 * (frames - frame));
    const last = Math.min(count - 1, 2 * frame + 1);
    for (let state = first; state <= last; state++) {
      if (frame === 0) put(alphas, now + state, 1, 0);
      else addNeighbours(alphas, now + state, alphas, before + state, state > 0 ? -1 : 0, skips[state] ? -2 : 0);
      emissions.multiply(alphas, now + state, frame, states[state]!);
    }
  }
  const likelihood = scaled(1);
  if (frames > 0) addNeighbours(likelihood, 0, alphas, frames * count - 1, count > 1 ? -1 : 0, 0);
  else if (labels.length === 0) put(likelihood, 0, 1, 0);
  // 0 - ...: a certain alignment costs 0, not -0
  const loss = 0 - (Math.log(likelihood.values[0]!) + likelihood.scales[0]! * logBase);
  return { loss, frames, states, skips, emissions, alphas, likelihood };
}

/** Adds factor * (softmax - how much of the alignments' probability each class has), frame by frame. */
function backward(
  { loss, frames, states, skips, emissions, alphas, likelihood }: Lattice,
  factor: number,
  gradient: Float32Array,
  classes: number,
): void {
  if (!Number.isFinite(loss)) {
    gradient.fill(Number.NaN, 0, frames * classes);
    return;
  }
  const count = states.length;
  // of all ways from a state to the end, its own frame left out
  let betas = scaled(count);
  let left = scaled(count);
  put(betas, count - 1, 1, 0);
  if (count > 1) put(betas, count - 2, 1, 0);
  const [whole, wholeScale] = [likelihood.values[0]!, likelihood.scales[0]!];
  const shares = new Float64Array(classes);
  for (let frame = frames - 1; frame >= 0; frame--) {
    const [now, emission] = [frame * count, frame * classes];
    shares.fill(0);
    for (let state = 0; state < count; state++) {
      const scale = alphas.scales[now + state]! + betas.scales[state]! - wholeScale;
      // further below it changes no digit of the share
      if (scale >= -2) shares[states[state]!]! += ((alphas.values[now + state]! * betas.values[state]!) / whole) * powers[scale + 2]!;
    }
    for (let index = 0; index < classes; index++) {
      gradient[emission + index] = factor * (emissions.probabilities[emission + index]! - shares[index]!);
    }
    if (frame === 0) break;
    for (let state = 0; state < count; state++) emissions.multiply(betas, state, frame, states[state]!);
    for (let state = 0; state < count; state++) {
      addNeighbours(left, state, betas, state, state + 1 < count ? 1 : 0, state + 2 < count && skips[state + 2] ? 2 : 0);
    }
    [betas, left] = [left, betas];
  }
}

function put({ values, scales }: Scaled, at: number, value: number, scale: number): void {
  values[at] = value;
  scales[at] = scale;
}

/** Puts the sum of an element of `from` and of up to two others, at an offset from it; offset 0: none. */
function addNeighbours(into: Scaled, at: number, from: Scaled, index: number, one: number, two: number): void {
  const { values, scales } = from;
  let value = values[index]!;
  let scale = scales[index]!;
  let offset = one;
  while (offset !== 0) {
    const other = values[index + offset]!;
    const difference = scales[index + offset]! - scale;
    if (difference === 0) value += other;
    else if (difference > 0) {
      // two scales apart the smaller changes no digit of the sum
      value = difference === 1 ? other + value * inverse : other;
      scale += difference;
    } else if (difference === -1) value += other * inverse;
    offset = offset === one ? two : 0;
  }
  into.values[at] = value;
  into.scales[at] = scale;
}

/** What the softmax of logits gives each class, frame by frame. */
class Emissions {
  /** (frames * classes); 0 where they are below the range of float64 */
  readonly probabilities: Float64Array;
  readonly #logits: Float32Array;
  readonly #classes: number;
  /** (frames,) logarithm of the sum of the exponentials of a frame's logits */
  readonly #norms: Float64Array;

  constructor(logits: Float32Array, classes: number) {
    const frames = logits.length / classes;
    this.probabilities = new Float64Array(logits.length);
    this.#norms = new Float64Array(frames);
    this.#logits = logits;
    this.#classes = classes;
    for (let frame = 0; frame < frames; frame++) {
      const [start, end] = [frame * classes, (frame + 1) * classes];
      let largest = Number.NEGATIVE_INFINITY;
      for (let index = start; index < end; index++) largest = Math.max(largest, logits[index]!);
      let sum = 0;
      for (let index = start; index < end; index++) sum += this.probabilities[index] = Math.exp(logits[index]! - largest);
      for (let index = start; index < end; index++) this.probabilities[index]! /= sum;
      this.#norms[frame] = largest + Math.log(sum);
    }
  }

  /** Multiplies an element by the probability of a class, and brings it back into range. */
  multiply({ values, scales }: Scaled, at: number, frame: number, classId: number): void {
    const index = frame * this.#classes + classId;
    const probability = this.probabilities[index]!;
    let value = values[at]!;
    if (probability >= inverse) value *= probability;
    else {
      const logProbability = this.#logits[index]! - this.#norms[frame]!;
      const scale = logProbability === Number.NEGATIVE_INFINITY ? 0 : Math.floor(logProbability / logBase);
      value *= Math.exp(logProbability - scale * logBase);
      scales[at]! += scale;
    }
    if (value < 1) {
      value *= base;
      scales[at]! -= 1;
    } else if (value >= base) {
      value *= inverse;
      scales[at]! += 1;
    }
    values[at] = value;
  }
}
