/** Triangular filters over the frequencies of a spectrum; only their non-zero part is kept. */
export interface MelFilters {
  readonly count: number;
  /** (count, 2) first frequency of each filter, and how many it has */
  readonly ranges: Int32Array;
  /** filter after filter */
  readonly weights: Float64Array;
}

// The originals make the filters in float32. A filter's edge can lie so close to a frequency
// that the rounding there is the weight, so each step is rounded as theirs is.
const f = Math.fround;

/**
 * Kaldi's mel filters: triangles on the mel scale, 20 Hz to half the sample rate.
 *
 * Povey et al., "The Kaldi Speech Recognition Toolkit", 2011.
 *
 * @param count filters
 * @param fftSize samples that are transformed
 */
export function kaldiMelFilters(count: number, fftSize: number, sampleRate: number): MelFilters {
  const mel = (frequency: number) => 1127 * Math.log(1 + frequency / 700);
  const lowest = mel(20);
  const delta = (mel(sampleRate / 2) - lowest) / (count + 1);
  const edge = (index: number) => f(f(lowest) + f(index * f(delta)));
  const binMels = Array.from({ length: fftSize / 2 }, (_, bin) => f(1127 * f(Math.log(f(1 + f(f((bin * sampleRate) / fftSize) / 700))))));
  return melFilters(count, fftSize / 2, (filter, bin) => {
    const [left, center, right] = [edge(filter), edge(filter + 1), edge(filter + 2)];
    const position = binMels[bin]!;
    return Math.min(f(f(position - left) / f(center - left)), f(f(right - position) / f(right - center)));
  });
}

/**
 * HTK's mel filters as torchaudio makes them: triangles in Hz with their corners evenly spaced on the mel scale, 0 Hz to half the sample rate unless told otherwise.
 *
 * Young et al., "The HTK Book", 2006.
 *
 * @param count filters
 * @param bins frequencies of the spectrum
 */
export function htkMelFilters(
  count: number,
  bins: number,
  sampleRate: number,
  { lowest = 0, highest = sampleRate / 2 }: { readonly lowest?: number; readonly highest?: number } = {},
): MelFilters {
  const melOf = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const corners = evenlySpaced(melOf(lowest), melOf(highest), count + 2).map((mel) => f(700 * f(f(10 ** f(mel / 2595)) - 1)));
  const frequencies = evenlySpaced(0, sampleRate / 2, bins);
  return melFilters(count, bins, (filter, bin) => {
    const [left, center, right] = [corners[filter]!, corners[filter + 1]!, corners[filter + 2]!];
    const frequency = frequencies[bin]!;
    return Math.min(f(-f(left - frequency) / f(center - left)), f(f(right - frequency) / f(right - center)));
  });
}

/** Start to end as PyTorch's `linspace`: in float32 and from both ends inwards. */
function evenlySpaced(start: number, end: number, count: number): number[] {
  const step = f(f(f(end) - f(start)) / (count - 1));
  return Array.from({ length: count }, (_, index) =>
    index < count / 2 ? f(f(start) + f(step * index)) : f(f(end) - f(step * (count - 1 - index))),
  );
}

function melFilters(count: number, bins: number, weight: (filter: number, bin: number) => number): MelFilters {
  const filters = Array.from({ length: count }, (_, filter) => {
    const weights = Array.from({ length: bins }, (_, bin) => Math.max(0, weight(filter, bin)));
    const start = weights.findIndex((value) => value > 0);
    return start < 0
      ? { start: 0, weights: [] }
      : { start, weights: weights.slice(start, weights.findLastIndex((value) => value > 0) + 1) };
  });
  return {
    count,
    ranges: Int32Array.from(filters.flatMap(({ start, weights }) => [start, weights.length])),
    weights: Float64Array.from(filters.flatMap(({ weights }) => weights)),
  };
}
