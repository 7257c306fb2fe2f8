import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Frames,
  InputError,
  type LabelEncoder,
  type Mode,
  type ModelInput,
  moduleOf,
  outputsOf,
  type Sequence,
  type Task,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { chosenDecision } from './chosen-decision.ts';
import type { ChunkSettings } from './chunk-frames.ts';
import { type EventLog, type EventMetric, eventReport, eventScores, isBetter } from './event-report.ts';
import { type EventDecision, type FrameStretch, frameEventFinder, frameEvents } from './frame-events.ts';
import { joinChunks, type RecordingChunk } from './join-chunks.ts';
import { recordingPredictor } from './recording-predictor.ts';
import type { SoundEvent } from './sound-event.ts';

/** Chunks of recordings, with what sounds in each of their frames. */
export interface EventBatch {
  readonly waveforms: Waveforms;
  /** (batch,) names of the recordings */
  readonly recordings: readonly string[];
  /** (batch,) labelled frame of its recording at which each chunk begins */
  readonly startFrames: readonly number[];
  /** (batch,) 1 where a label sounds, else 0, (frames, labels) */
  readonly activities: readonly Sequence[];
}

/** What sounds when in the recordings of a split. */
export interface EventReference {
  readonly events: readonly SoundEvent[];
}

/** The task `eventPrediction`. */
export interface EventTask extends Task<EventBatch, EventBatch, EventLog, EventReference, readonly SoundEvent[]> {
  /** samples of a waveform that a labelled frame stands for */
  readonly samplesPerFrame: number;
}

/** What a task says of itself; its own settings go before. */
export interface UsualDecisions {
  readonly medianFilterMs: readonly number[];
  readonly minDurationMs: readonly number[];
}

/** What serves HEAR's task of DCASE 2016. */
const dcase: UsualDecisions = { medianFilterMs: [250], minDurationMs: [125, 250] };
const milliseconds = z.array(z.number().min(0)).min(1).nullable().default(null);

/**
 * HEAR's sound events: which of any number of labels sounds in each frame, by binary cross entropy; judged by events.
 *
 * A frame's probabilities become events by a threshold, a median filter and a least duration, chosen on the validation set by `metric` each
 * time it is judged and kept with the task; of a kept one that is no longer among the settings, the first of them counts. An event goes from the middle of its first frame to that of its last.
 *
 * Predicts the events of each waveform; a recording of any length in the chunks of a test set, with its frames, decision and times.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 *
 * @param wiring `metric`: chooses among the decisions, F1 by onsets within 200 ms unless given; `usual`: the decisions of the task itself;
 *   `chunks`: those of the test sets, by which recordings are predicted; HEAR's 4 s unless given
 * @throws WiringError when the model gives another number of logits than there are categories
 */
export const eventPrediction = defineComponent({
  name: 'event-prediction',
  config: z.object({
    thresholds: z.array(z.number().gt(0).lt(1)).min(1).default([0.5]).describe('probabilities above which a label sounds, to choose from'),
    medianFilterMs: milliseconds.describe(
      "milliseconds of the median filter over a label's probabilities, to choose from; 0 for none; null: the task's own, or 250",
    ),
    minDurationMs: milliseconds.describe("least milliseconds of an event, to choose from; null: the task's own, or 125 and 250"),
    frameTolerance: z.int().min(0).default(2).describe('frames that a chunk may have more or fewer than its labels'),
  }),
  build(
    {
      model,
      categories,
      metric = 'f1Onset200ms',
      usual = dcase,
      chunks = { chunkSeconds: 4, keepShortChunk: true },
    }: {
      readonly model: WaveformModel<Frames>;
      readonly categories: LabelEncoder<string>;
      readonly metric?: EventMetric;
      readonly usual?: UsualDecisions;
      readonly chunks?: ChunkSettings;
    },
    { thresholds, frameTolerance, ...own },
  ): EventTask {
    refuseUnfit(model.outputSize, categories.size);
    // until a validation set has been judged, the first of each
    const decision = chosenDecision({
      threshold: thresholds,
      medianFilterMs: own.medianFilterMs ?? usual.medianFilterMs,
      minDurationMs: own.minDurationMs ?? usual.minDurationMs,
    });
    const msPerFrame = (1000 * model.downsampleRate) / model.sampleRate;

    const parts = {
      prepare: (batch: EventBatch) => model.prepare(batch.waveforms),
      step(batch: EventBatch, input: ModelInput, mode: Mode) {
        const logits = model.forward(input, mode);
        const counts = batch.activities.map(({ frames }, row) => {
          const given = logits.lengths[row]!;
          if (Math.abs(given - frames) <= frameTolerance) return Math.min(given, frames);
          throw new InputError(
            `${batch.recordings[row]}, chunk from frame ${batch.startFrames[row]}`,
            `${frames} frames of labels where the model gives ${given}`,
            `a difference of at most ${frameTolerance}`,
            "Make the labels with the frame rate of the model's upstream and for the audio that is there.",
          );
        });
        return { loss: binaryCrossEntropy(logits.values, batch.activities, counts), logits, counts };
      },
    };
    const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
    type Downloaded = { loss: number; logits: Sequence[]; counts: number[] };
    const meanLoss = (losses: readonly number[], frames: readonly number[]) =>
      losses.reduce((sum, loss, batch) => sum + loss * frames[batch]!, 0) / sumOf(frames);

    const train = defineTrainPhase({
      ...parts,
      // lists, which processes that share a batch join: a loss stays beside the frames that it is a mean over
      collect: ({ loss, counts }: Downloaded) => ({ losses: [loss], frames: [sumOf(counts)] }),
      reduce: ({ losses, frames }) => ({ log: { loss: meanLoss(losses, frames) } }),
      weight: ({ counts }) => sumOf(counts),
    });
    const judging = (set: 'valid' | 'test') =>
      definePhase({
        ...parts,
        collect: ({ loss, logits, counts }: Downloaded, batch: EventBatch) => ({
          losses: loss,
          frames: sumOf(counts),
          chunks: logits.map(
            (sequence, row): RecordingChunk => ({
              recording: batch.recordings[row]!,
              startFrame: batch.startFrames[row]!,
              probabilities: { ...sequence, values: sequence.values.map(sigmoid) },
              frames: batch.activities[row]!.frames,
            }),
          ),
        }),
        reduce({ losses, frames, chunks }, { events }: EventReference, { isPartial } = { isPartial: false }) {
          const recordings = joinChunks(chunks);
          // a part of the set may have been judged, and the last recording up to a chunk; what nobody listened to is not missed
          const heardSeconds = (recording: string) =>
            isPartial ? (recordings.get(recording)!.frames * msPerFrame) / 1000 : Number.POSITIVE_INFINITY;
          const heard = events
            .filter(({ recording, startSeconds }) => recordings.has(recording) && startSeconds < heardSeconds(recording))
            .map((event) => ({ ...event, endSeconds: Math.min(event.endSeconds, heardSeconds(event.recording)) }));
          const eventsBy = (by: EventDecision) => [...recordings].flatMap(([name, sequence]) => eventsOf(name, sequence, by));
          if (set === 'valid' && decision.all.length > 1) {
            const scores = decision.all.map((one) => eventScores(heard, eventsBy(one))[metric]);
            const best = scores.reduce((first, score, index) => (isBetter(metric, score, scores[first]!) ? index : first), 0);
            decision.choose(decision.all[best]!);
          }
          const chosen = decision.current();
          return eventReport(meanLoss(losses, frames), heard, eventsBy(chosen), chosen, categories.labels);
        },
      });

    /** In the order of their beginnings. */
    function timed(recording: string, stretches: readonly FrameStretch[]): SoundEvent[] {
      const seconds = (frame: number) => ((frame + 0.5) * msPerFrame) / 1000;
      return stretches
        .map(({ output, first, last }) => ({
          recording,
          label: categories.decode(output),
          startSeconds: seconds(first),
          endSeconds: seconds(last),
        }))
        .sort((one, other) => one.startSeconds - other.startSeconds);
    }
    const eventsOf = (recording: string, probabilities: Sequence, by: EventDecision) =>
      timed(recording, frameEvents(probabilities, by, msPerFrame));

    /** Probabilities of the labels in each frame of each waveform. */
    async function probabilitiesOf(waveforms: Waveforms): Promise<Sequence[]> {
      const { logits } = await outputsOf(model, waveforms, (input, mode) => ({ logits: model.forward(input, mode) }));
      return logits.map((sequence) => ({ ...sequence, values: sequence.values.map(sigmoid) }));
    }

    return {
      ...moduleOf({}),
      state: decision.state,
      loadState: decision.loadState,
      name: 'event-prediction',
      model,
      samplesPerFrame: model.downsampleRate,
      train,
      valid: judging('valid'),
      test: judging('test'),
      predict: async (waveforms) => (await probabilitiesOf(waveforms)).map((one, row) => eventsOf(String(row), one, decision.current())),
      predictRecording: recordingPredictor(
        { model, probabilitiesOf, finder: () => frameEventFinder(categories.size, decision.current(), msPerFrame), eventsOf: timed },
        chunks,
      ),
      graph: taskGraph(
        model,
        (operations, { values, lengths }) => ({
          probabilities: { value: operations.sigmoid(values), axes: ['batch', 'frames', categories.size] },
          frame_lengths: { value: lengths, axes: ['batch'] },
        }),
        () => ({ labels: categories.labels, ...decision.current(), secondsPerFrame: msPerFrame / 1000 }),
      ),
    };
  },
});

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/**
 * Mean over the labels of all frames that have both labels and logits.
 *
 * @param logits (batch, frames, labels)
 * @param counts (batch,) frames that count
 */
function binaryCrossEntropy(logits: tf.Tensor3D, activities: readonly Sequence[], counts: readonly number[]): tf.Scalar {
  return tf.tidy(() => {
    const [batch, , labels] = logits.shape;
    const steps = Math.max(...counts);
    const targets = new Float32Array(batch * steps * labels);
    activities.forEach(({ values }, row) => void targets.set(values.subarray(0, counts[row]! * labels), row * steps * labels));
    const judged = tf.slice(logits, [0, 0, 0], [batch, steps, labels]);
    const losses = tf.sub(tf.softplus(judged), tf.mul(judged, tf.tensor3d(targets, [batch, steps, labels])));
    const total = tf.sum(tf.mul(losses, tf.expandDims(lengthMask(counts, steps), -1)));
    return tf.div(total, labels * counts.reduce((sum, count) => sum + count, 0)) as tf.Scalar;
  });
}

function refuseUnfit(logits: number, categories: number): void {
  if (logits === categories) return;
  throw new WiringError(
    'model',
    `gives ${logits} logits`,
    `there are ${categories} categories; build its downstream with outputSize ${categories}`,
  );
}
