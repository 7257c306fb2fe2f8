/** A recording of one class. */
export interface Recording {
  /** its own within its class, such as the file's */
  readonly name: string;
  readonly label: string;
  /** (samples,) mono, -1..1, at the model's sample rate */
  readonly waveform: Float32Array;
}

/** The waveform as a WAV file of 16 bits gives it back, so that what is trained on is what is saved. */
export function asStored(waveform: Float32Array): Float32Array {
  return waveform.map((sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))) / 32768);
}
