/**
 * A mono WAV file of 16-bit samples.
 *
 * @param waveform (samples,) -1..1; what is beyond is clipped
 */
export function wavBytes(waveform: Float32Array, sampleRate: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 2 * waveform.length);
  bytes.set(wavHeader(waveform.length, sampleRate));
  bytes.set(sampleBytes(waveform), 44);
  return bytes;
}

/** The 44 bytes before so many mono samples of 16 bits. */
export function wavHeader(samples: number, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(44);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, 36 + 2 * samples, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true); // bytes of a sample
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples, true);
  return bytes;
}

/** Samples of -1..1 as 16 bits each; what is beyond is clipped. */
export function sampleBytes(waveform: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * waveform.length));
  waveform.forEach((value, index) => {
    view.setInt16(2 * index, Math.max(-32768, Math.min(32767, Math.round(value * 32768))), true);
  });
  return new Uint8Array(view.buffer);
}
