import { ToldError } from '../calls/told-error.ts';

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
 * @param onSamples called some hundred times a second: mono, -1..1, at `sampleRate` Hz
 * @throws ToldError when there is no microphone, or it may not be used
 */
export async function listen(onSamples: (samples: Float32Array, sampleRate: number) => void): Promise<Listening> {
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
  let node: AudioWorkletNode | undefined;
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    if (node) {
      node.port.onmessage = null;
      node.port.postMessage('stop');
    }
    listeners -= 1;
    if (listeners === 0) void context?.suspend();
  };
  listeners += 1;
  try {
    const ready = await prepareMicrophone();
    node = new AudioWorkletNode(ready, 'microphone', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(data, ready.sampleRate);
    ready.createMediaStreamSource(stream).connect(node);
    await ready.resume();
    return { sampleRate: ready.sampleRate, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** one for all that listen, since it keeps what it has loaded */
let context: AudioContext | undefined;
let loaded: Promise<void> | undefined;
let listeners = 0;

/** Loads what listening needs, so that a page may listen when its server is gone; the microphone itself is left alone. */
export async function prepareMicrophone(): Promise<AudioContext> {
  context ??= new AudioContext();
  loaded ??= context.audioWorklet.addModule(new URL('./microphone-processor.js', import.meta.url));
  try {
    await loaded;
  } catch (error) {
    loaded = undefined;
    throw error;
  }
  return context;
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
