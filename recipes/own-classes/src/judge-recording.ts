/** How loud and how long a recording is. */
export interface RecordingLevel {
  readonly seconds: number;
  /** largest magnitude, 0..1 */
  readonly peak: number;
  /** root mean square in dB below full scale; -Infinity for digital silence */
  readonly decibels: number;
  /** share of samples at full scale, 0..1 */
  readonly clipped: number;
}

/** What is wrong with a recording, in words; a refused one would only do harm. */
export interface RecordingTrouble {
  readonly isRefused: boolean;
  readonly text: string;
}

/** Shorter ones hold no word. */
const leastSeconds = 0.2;
/** Longer ones take the memory of a hundred short ones, and are most often a mistake. */
const mostSeconds = 30;
const silentDecibels = -60;
const quietDecibels = -45;
/** A sample or two at full scale is heard by nobody. */
const clippedShare = 0.001;

export function levelOf(waveform: Float32Array, sampleRate: number): RecordingLevel {
  let peak = 0;
  let squares = 0;
  let full = 0;
  for (const sample of waveform) {
    const size = Math.abs(sample);
    if (size > peak) peak = size;
    if (size > 0.999) full += 1;
    squares += sample * sample;
  }
  return {
    seconds: waveform.length / sampleRate,
    peak,
    decibels: 10 * Math.log10(squares / Math.max(1, waveform.length)),
    clipped: full / Math.max(1, waveform.length),
  };
}

/** The most serious trouble with a recording; undefined for a good one. */
export function judgeRecording({ seconds, decibels, clipped }: RecordingLevel): RecordingTrouble | undefined {
  if (seconds < leastSeconds) return refused(`is ${seconds.toFixed(2)} s long; at least ${leastSeconds} s are needed. Record it again.`);
  if (seconds > mostSeconds) {
    return refused(`is ${lengthText(seconds)} long; at most ${mostSeconds} s can be used. Cut out the part that shows the class.`);
  }
  if (decibels < silentDecibels) {
    return refused('is silent. Check that the right microphone is chosen and not muted, then record it again.');
  }
  if (clipped > clippedShare) {
    const share = (100 * clipped).toFixed(1);
    return warned(`is too loud: ${share} % of it is cut off at full scale. It is used; better record it again from further away.`);
  }
  if (decibels < quietDecibels) return warned('is very quiet. It is used; better record it again closer to the microphone.');
  return undefined;
}

const refused = (text: string): RecordingTrouble => ({ isRefused: true, text });
const warned = (text: string): RecordingTrouble => ({ isRefused: false, text });

function lengthText(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
}
