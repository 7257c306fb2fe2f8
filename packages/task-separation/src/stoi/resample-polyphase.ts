/**
 * A waveform at another rate, through Octave's low-pass filter, as pystoi resamples: another filter would give other scores.
 *
 * @param waveform (samples,)
 * @returns (samples,), ceil(samples * to / from)
 */
export function resamplePolyphase(waveform: Float32Array, from: number, to: number): Float64Array {
  const divisor = greatestDivisor(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const { taps, half } = lowPass(up, down);
  const resampled = new Float64Array(Math.ceil((waveform.length * up) / down));
  for (let place = 0; place < resampled.length; place++) {
    const middle = place * down;
    const first = Math.max(0, Math.ceil((middle - half) / up));
    const last = Math.min(waveform.length - 1, Math.floor((middle + half) / up));
    let sum = 0;
    for (let sample = first; sample <= last; sample++) sum += waveform[sample]! * taps[middle - sample * up + half]!;
    resampled[place] = sum;
  }
  return resampled;
}

const filters = new Map<string, { readonly taps: Float64Array; readonly half: number }>();

/** A sinc in a Kaiser window that lets nothing above the lower rate through by more than -60 dB. */
function lowPass(up: number, down: number) {
  const known = filters.get(`${up}/${down}`);
  if (known) return known;
  const rejectionDecibels = 60;
  const cutoff = 1 / (2 * Math.max(up, down));
  const half = Math.ceil((rejectionDecibels - 8) / ((28.714 * cutoff) / 10));
  const beta = 0.1102 * (rejectionDecibels - 8.7);
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, index) => {
    const t = index - half;
    const x = 2 * cutoff * t;
    const sinc = t === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return (bessel(beta * Math.sqrt(1 - (t / half) ** 2)) / bessel(beta)) * sinc;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const filter = { taps: taps.map((tap) => (tap * up) / sum), half };
  filters.set(`${up}/${down}`, filter);
  return filter;
}

/** Modified Bessel function of the first kind and order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let index = 1; term > sum * 1e-17; index++) {
    term *= (x / (2 * index)) ** 2;
    sum += term;
  }
  return sum;
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
