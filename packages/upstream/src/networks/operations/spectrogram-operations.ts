/** How Kaldi's mel bands are made, in the words of torchaudio. */
export interface KaldiMel {
  readonly bins: number;
  readonly window: 'povey' | 'hamming' | 'hanning';
  /** smallest energy of a band */
  readonly floor: number;
}

/** How a log power spectrogram is made. */
export interface LogSpectrogram {
  /** samples of a frame */
  readonly window: number;
  /** HTK's mel bands, over all frequencies or from one to another (Hz); without them each frequency of the spectrum is a band */
  readonly mel?: { readonly bins: number; readonly lowest?: number; readonly highest?: number } | undefined;
  /** to each band's power before its logarithm */
  readonly added: number;
}

/** What networks hear that begin with a spectrogram. */
export interface SpectrogramOperations<T> {
  /**
   * Whisper's spectrogram of waveforms (batch, samples), (batch, samples / 160, bins): base 10 logarithms of the power in mel bands, those more
   * than 8 below a row's largest as if they were 8 below it, plus 4, divided by 4.
   */
  readonly logMel: (waveforms: T, bins: number) => T;
  /**
   * Natural logarithms of the power of waveforms (batch, samples), as torchaudio makes them; frames are centered on every 10 ms and the batch is
   * mirrored at its ends, so that there are samples / 160 + 1 of them; (batch, frames, bands).
   */
  readonly logSpectrogram: (waveforms: T, spectrogram: LogSpectrogram) => T;
  /** Kaldi's log mel bands of waveforms (batch, samples), (batch, frames of 10 ms, bins) */
  readonly kaldiMel: (waveforms: T, mel: KaldiMel) => T;
  /**
   * Mean 0 and variance 1 of each feature over the steps where the mask (batch, steps) is 1, 0 elsewhere.
   *
   * @param epsilon added to the variance, or to its root
   */
  readonly normalizeSteps: (x: T, mask: T | undefined, epsilon: { readonly variance: number } | { readonly deviation: number }) => T;
}
