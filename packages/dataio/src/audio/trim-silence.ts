/** What counts as silence. */
export interface SilenceOptions {
  /** sound shorter than this does not end a silence, and silence shorter than this is kept */
  readonly seconds?: number;
  /** root mean square over 20 ms, in percent of full scale, up to which a sample is silent */
  readonly percent?: number;
}

/** sox holds samples as 32-bit integers; its threshold depends on it. */
const fullScale = 2 ** 31;

/**
 * The waveform without its silences: those at the beginning, at the end and in between, as sox does it by
 * `silence 1 SECONDS PERCENT% -1 SECONDS PERCENT%` (S3PRL's speaker verification trains on 0.1 s and 0.1 %).
 *
 * The level of a sample is that of the 20 ms up to it. Sound begins where the level stays above the threshold for
 * `seconds`, and lasts until the level has been at or below it for `seconds`; those quiet samples go, and the level
 * starts anew from zero. A shorter quiet stretch stays, also at the very end.
 *
 * Which samples remain equals sox 14.4.2 exactly for one channel. (sox alone loses up to `seconds` more when a sound
 * begins less than that before the end of the file and of its buffer at once; we keep them.)
 *
 * @param samples (samples,), -1..1
 * @param sampleRate Hz
 * @returns empty when nothing is louder than the threshold for `seconds`
 */
export function trimSilence(
  samples: Float32Array<ArrayBuffer>,
  sampleRate: number,
  { seconds = 0.1, percent = 0.1 }: SilenceOptions = {},
): Float32Array<ArrayBuffer> {
  const holdOff = Math.max(1, Math.floor(seconds * sampleRate + 0.5));
  const window = new Float64Array(Math.max(1, Math.floor(sampleRate / 50)));
  // sox takes the root of the mean, cuts off its fraction and compares; this compares the sum and takes no roots.
  const quietest = Math.floor((percent / 100) * (fullScale - 1)) + 1;
  const loudSum = quietest ** 2 * window.length;
  let place = 0;
  let sum = 0;
  let trimming = true;
  /** samples of sound while trimming, of silence while not, up to now */
  let run = 0;
  let kept = 0;
  const output = new Float32Array(samples.length);
  const keep = (first: number, end: number): void => {
    output.set(samples.subarray(first, end), kept);
    kept += end - first;
  };
  let keepFrom = 0;
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round(samples[index]! * fullScale);
    const energy = value * value;
    sum = sum - window[place]! + energy;
    window[place] = energy;
    place = place + 1 === window.length ? 0 : place + 1;
    const loud = sum >= loudSum;
    if (trimming) {
      run = loud ? run + 1 : 0;
      if (run >= holdOff) {
        trimming = false;
        keepFrom = index + 1 - run;
        run = 0;
      }
    } else {
      run = loud ? 0 : run + 1;
      if (run >= holdOff) {
        keep(keepFrom, index + 1 - run);
        trimming = true;
        run = 0;
        window.fill(0);
        place = 0;
        sum = 0;
      }
    }
  }
  if (!trimming) keep(keepFrom, samples.length);
  return output.slice(0, kept);
}
