import { type Listening, listen } from './microphone.ts';

/** Which seconds of what is heard are handed on. */
export interface LatestSeconds {
  /** how many at once */
  readonly windowSeconds: number;
  /** how often, unless those before are still being judged */
  readonly hopSeconds: number;
}

/**
 * Listens to the microphone, and hands on the seconds that were heard last, again and again.
 *
 * @param judge what is done with them, (samples,) -1..1; none follow until it is done
 * @throws ToldError as `listen`
 */
export async function listenToLatest(
  { windowSeconds, hopSeconds }: LatestSeconds,
  judge: (samples: Float32Array, sampleRate: number) => Promise<void>,
): Promise<Listening> {
  let latest = new Float32Array(0);
  let since = 0;
  let isBusy = false;
  return listen((piece, sampleRate) => {
    const size = Math.round(windowSeconds * sampleRate);
    const next = new Float32Array(Math.min(size, latest.length + piece.length));
    next.set(latest.subarray(Math.max(0, latest.length + piece.length - size)));
    next.set(piece, next.length - piece.length);
    latest = next;
    since += piece.length;
    if (isBusy || latest.length < size || since < hopSeconds * sampleRate) return;
    since = 0;
    isBusy = true;
    void judge(latest, sampleRate).finally(() => {
      isBusy = false;
    });
  });
}
