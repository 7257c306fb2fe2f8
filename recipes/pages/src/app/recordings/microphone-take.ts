import { listen } from './microphone.ts';

/** A recording that is being made. */
export interface MicrophoneTake {
  /** Hz */
  readonly sampleRate: number;
  /** Ends it; what was heard, -1..1. */
  readonly end: () => Float32Array;
}

/**
 * Begins a recording with the microphone.
 *
 * @param told.onLoudness the largest sample of what was heard just now, 0..1
 * @param told.onLongest it has lasted as long as it may; told until it is ended
 * @throws ToldError as `listen`
 */
export async function microphoneTake(
  longestSeconds: number,
  told: { readonly onLoudness: (loudness: number) => void; readonly onLongest: () => void },
): Promise<MicrophoneTake> {
  const heard: Float32Array[] = [];
  let samples = 0;
  const { sampleRate, stop } = await listen((piece, rate) => {
    heard.push(piece);
    samples += piece.length;
    told.onLoudness(piece.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0));
    if (samples > longestSeconds * rate) told.onLongest();
  });
  return {
    sampleRate,
    end() {
      stop();
      const whole = new Float32Array(samples);
      let place = 0;
      for (const piece of heard) {
        whole.set(piece, place);
        place += piece.length;
      }
      return whole;
    },
  };
}
