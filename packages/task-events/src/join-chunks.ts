import type { Sequence } from '@s3/interface';

/** What is said of a chunk of a recording. */
export interface RecordingChunk {
  readonly recording: string;
  /** frame of the recording at which it begins */
  readonly startFrame: number;
  /** (frames, labels), 0..1 */
  readonly probabilities: Sequence;
  /** frames that it has by its labels: what the model gives more is cut, what it lacks repeats its last one */
  readonly frames: number;
}

/** The chunks of each recording as one sequence, as S3PRL joins them; where they overlap the later one counts. */
export function joinChunks(chunks: readonly RecordingChunk[]): ReadonlyMap<string, Sequence> {
  const ends = new Map<string, number>();
  for (const { recording, startFrame, frames } of chunks) {
    ends.set(recording, Math.max(ends.get(recording) ?? 0, startFrame + frames));
  }
  const features = chunks[0]?.probabilities.features ?? 1;
  const joined = new Map([...ends].map(([name, frames]) => [name, { values: new Float32Array(frames * features), frames, features }]));
  for (const { recording, startFrame, probabilities, frames } of [...chunks].sort((one, other) => one.startFrame - other.startFrame)) {
    joined.get(recording)!.values.set(withFrames(probabilities, frames).values, startFrame * features);
  }
  return joined;
}

/** A chunk with the frames that it has by its labels: what the model gives more is cut, what it lacks repeats its last one. */
export function withFrames({ values, frames: given, features }: Sequence, frames: number): Sequence {
  const whole = new Float32Array(frames * features);
  whole.set(values.subarray(0, Math.min(given, frames) * features));
  for (let frame = given; frame < frames; frame++) whole.set(values.subarray((given - 1) * features, given * features), frame * features);
  return { values: whole, frames, features };
}
