/** Hz */
export const sampleRate = 16_000;
/** samples of one frame: 25 ms */
export const windowSize = 400;
/** samples from one frame to the next: 10 ms */
export const frameShift = 160;
/** 0.05 s: shorter waveforms are padded to this many samples before features are made of them */
export const shortestSamples = 800;

/** Frames of an utterance as S3PRL counts them, ceil(samples / downsampleRate), however many the features really have. */
export function frameCount(samples: number, downsampleRate: number): number {
  return Math.ceil(samples / downsampleRate);
}

/** The waveform with zeros after it, up to this many samples. */
export function zeroPadded(waveform: Float32Array, samples: number): Float32Array {
  if (waveform.length >= samples) return waveform;
  const padded = new Float32Array(samples);
  padded.set(waveform);
  return padded;
}
