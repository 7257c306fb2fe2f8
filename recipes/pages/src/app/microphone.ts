import { ToldError } from './calls/told-error.ts';

/** A microphone that is listening. */
export interface Listening {
  /** Hz */
  readonly sampleRate: number;
  /** Ends it; the light of the microphone goes out. */
  readonly stop: () => void;
}

/**
 * Opens the microphone, without what browsers do to make calls sound better, and hands on what it hears.
 *
 * @param onSamples called some hundred times a second: mono, -1..1
 * @throws ToldError when there is no microphone, or it may not be used
 */
export async function listen(onSamples: (samples: Float32Array) => void): Promise<Listening> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new ToldError(
      'This page may not use the microphone, since it was not loaded over https or from this computer. Choose files instead.',
    );
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    throw new ToldError(refusal(error));
  }
  const context = new AudioContext();
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  try {
    await context.audioWorklet.addModule(new URL('./microphone-processor.js', import.meta.url));
    const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(data);
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
  } catch (error) {
    stop();
    throw error;
  }
  return { sampleRate: context.sampleRate, stop };
}

function refusal(error: unknown): string {
  const { name, message } = error as DOMException;
  if (name === 'NotAllowedError' || name === 'SecurityError')
    return 'The microphone may not be used: it was refused, by you or by a setting of the browser. Allow it beside the address of this page and try again, or choose a file.';
  if (name === 'NotFoundError') return 'There is no microphone. Connect one and try again, or choose a file.';
  if (name === 'NotReadableError')
    return 'The microphone does not answer; another program may be using it. Close that one and try again, or choose a file.';
  return `The microphone does not start (${message}). Try again, or choose a file.`;
}
