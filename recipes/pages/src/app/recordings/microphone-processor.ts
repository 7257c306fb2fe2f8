// What runs beside the sound hardware; the types of its own global scope come with no library of TypeScript.
declare const registerProcessor: (name: string, processor: new () => AudioWorkletProcessor) => void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Hands on the mean of the microphone's channels, until it is told anything. */
class MicrophoneProcessor extends AudioWorkletProcessor {
  #isOver = false;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#isOver = true;
    };
  }

  process([channels = []]: readonly (readonly Float32Array[])[]): boolean {
    const mean = Float32Array.from(channels[0] ?? []);
    for (const channel of channels.slice(1)) for (let index = 0; index < mean.length; index++) mean[index]! += channel[index]!;
    if (mean.length > 0) this.port.postMessage(mean.map((sum) => sum / channels.length));
    return !this.#isOver;
  }
}

registerProcessor('microphone', MicrophoneProcessor);
