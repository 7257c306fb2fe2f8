import { recordingSource } from '@s3/dataio';
import { InputError, type RecordingSource } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { OpenedCheckpoint } from './open-checkpoint.ts';
import type { AudioInput, CallProgress, Predicted, PredictOptions } from './protocol.ts';
import { readableRecording } from './recordings/readable-recording.ts';

/** The longest recording that goes through a model in one piece here: memory grows with it, and a page has little. */
export const wholeSecondsLimit = 300;

/**
 * What the task says of a recording: the prediction of `s3 predict`.
 *
 * @throws InputError for a recording that is shorter than the model needs, or too long for one that takes it whole
 */
export async function predictRecording(
  { task, speakerTask, description }: OpenedCheckpoint,
  input: AudioInput,
  { firstSeconds = Number.POSITIVE_INFINITY, speakers }: PredictOptions,
  onProgress: (progress: CallProgress) => void,
): Promise<Predicted> {
  const readable = await readableRecording(input);
  const whole = recordingSource(readable.name, readable, description.sampleRate);
  const recording = { ...whole, samples: Math.min(whole.samples, Math.round(firstSeconds * whole.sampleRate)) };
  const seconds = recording.samples / recording.sampleRate;
  refuse(recording, description.minSeconds, task.predictRecording ? Number.POSITIVE_INFINITY : wholeSecondsLimit);
  const began = performance.now();
  const what = `Listening to ${recording.name}`;
  onProgress({ what, done: 0, total: Math.round(seconds), unit: 's' });
  const { prediction, text } = task.predictRecording
    ? await task.predictRecording(recording, {
        speakers,
        speakerModel: speakerTask,
        onProgress: (done, total) => onProgress({ what, done: Math.round(done), total: Math.round(total), unit: 's' }),
      })
    : { prediction: await predictWhole(), text: undefined };
  return { prediction, text, seconds, computeSeconds: (performance.now() - began) / 1000 };

  async function predictWhole(): Promise<unknown> {
    const values = tf.tensor2d(await recording.read(0, recording.samples), [1, recording.samples]);
    try {
      return (await task.predict({ values, lengths: [recording.samples] }))[0];
    } finally {
      values.dispose();
    }
  }
}

function refuse({ name, samples, sampleRate }: RecordingSource, minSeconds: number, maxSeconds: number): void {
  const seconds = samples / sampleRate;
  if (seconds < minSeconds) {
    const found = `a recording of ${seconds.toFixed(2)} s`;
    throw new InputError(
      name,
      found,
      `at least ${minSeconds.toFixed(2)} s, which is what this model needs`,
      'Record or choose a longer one.',
    );
  }
  if (seconds > maxSeconds) {
    throw new InputError(
      name,
      `a recording of ${Math.round(seconds / 60)} minutes`,
      `at most ${maxSeconds / 60} minutes in a page, since this model takes a recording in one piece`,
      'Use its beginning, cut it, or use `s3 predict`, which has more memory.',
    );
  }
}
