import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Frames,
  InputError,
  type Mode,
  type ModelInput,
  moduleOf,
  outputsOf,
  type Sequence,
  settingPath,
  type Task,
  type WaveformModel,
  type Waveforms,
} from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { activityStretches, type Decision } from './activity-segments.ts';
import {
  bestDecision,
  type DiarizationLog,
  type DiarizationReference,
  diarizationReport,
  frameLog,
  joinRecordings,
  segmentsOf,
} from './diarization-report.ts';
import { frameErrors, sumErrors } from './frame-errors.ts';
import { matchFrames } from './match-frames.ts';
import { permutationInvariantLoss } from './permutation-invariant-loss.ts';
import { permutationsOf } from './permutations.ts';
import { recordingPredictor, recordingSettings } from './recording-predictor.ts';
import { scoreDiarization, scoringSettings } from './scoring/score-diarization.ts';
import type { SpeakerSegment } from './speaker-segment.ts';

/** Chunks of recordings, with who speaks in each of their frames. */
export interface DiarizationBatch {
  readonly waveforms: Waveforms;
  /** (batch,) names of the recordings */
  readonly recordings: readonly string[];
  /** (batch,) labelled frame of its recording at which each chunk begins */
  readonly startFrames: readonly number[];
  /** (batch,) 1 where a speaker speaks, else 0, (frames, speakers); a chunk may have fewer speakers than the model */
  readonly activities: readonly Sequence[];
}

/** The task `speakerDiarization`. */
export interface DiarizationTask
  extends Task<DiarizationBatch, DiarizationBatch, DiarizationLog, DiarizationReference, readonly SpeakerSegment[]> {
  /** samples of a waveform that a labelled frame stands for */
  readonly samplesPerFrame: number;
}

/**
 * Who spoke when, by permutation-invariant training (PIT): one output per speaker, speakers in any order.
 *
 * A frame's probabilities become segments by a threshold and a median filter, both chosen on the validation set each time it is
 * judged and kept with the task; S3PRL chooses them on the test set, which `tuning: 'test'` does, too. Error rates are counted from the
 * times of segments over all recordings together; S3PRL's mean over batches of frames is `s3prlDer`.
 *
 * Predicts the segments of each waveform; a recording of any length is predicted in overlapping chunks.
 *
 * Fujita et al., "End-to-End Neural Speaker Diarization with Permutation-Free Objectives", 2019.
 *
 * @throws InputError when the model has more than five outputs
 */
export const speakerDiarization = defineComponent({
  name: 'speaker-diarization',
  config: z.object({
    thresholds: z
      .array(z.number().gt(0).lt(1))
      .min(1)
      .default([0.3, 0.4, 0.5, 0.6, 0.7])
      .describe('probabilities from which on a speaker is taken to speak, to choose from'),
    medianFrames: z
      .array(z.int().positive())
      .min(1)
      .default([1, 11])
      .describe('frames of the median filter over these decisions, odd, to choose from; 1 for none'),
    tuning: z
      .enum(['valid', 'test'])
      .default('valid')
      .describe('set on which threshold and filter are chosen; test chooses on the set that is scored, as S3PRL does, which flatters'),
    scoring: scoringSettings.prefault({}).describe('what is left out of the scores, and whose definitions they follow'),
    subsampling: z.int().positive().default(1).describe("frames of the model of which one is judged; the labels' frames are as long"),
    frameTolerance: z.int().min(0).default(2).describe('frames that a chunk may have more or fewer than its labels'),
    recordings: recordingSettings.prefault({}).describe('how recordings of any length are predicted'),
  }),
  build({ model }: { readonly model: WaveformModel<Frames> }, config): DiarizationTask {
    permutationsOf(model.outputSize); // refuses more speakers than there is a loss for
    const { thresholds, subsampling, scoring } = config;
    for (const frames of config.medianFrames) {
      if (frames % 2 === 1) continue;
      throw new InputError(settingPath(config, 'medianFrames'), String(frames), 'an odd number of frames', 'Give one more or one fewer.');
    }
    const decisions = thresholds.flatMap((threshold) => config.medianFrames.map((medianFrames) => ({ threshold, medianFrames })));
    // until a validation set has been judged: the middle, and the shortest filter
    let decision: Decision = [...decisions].sort(
      (a, b) => Math.abs(a.threshold - 0.5) - Math.abs(b.threshold - 0.5) || a.medianFrames - b.medianFrames,
    )[0]!;
    const samplesPerFrame = model.downsampleRate * subsampling;
    const secondsPerFrame = samplesPerFrame / model.sampleRate;

    /** One logit for each judged frame and speaker. */
    function logitsOf(input: ModelInput, mode: Mode): Frames {
      const { values, lengths } = model.forward(input, mode);
      if (subsampling === 1) return { values, lengths };
      const [batch, frames, speakers] = values.shape;
      return {
        values: tf.tidy(() => {
          // no strided slice, which has no gradient
          const kept = Math.ceil(frames / subsampling);
          const padded = tf.pad(values, [
            [0, 0],
            [0, kept * subsampling - frames],
            [0, 0],
          ]);
          const grouped = tf.reshape(padded, [batch, kept, subsampling * speakers]);
          return tf.slice(grouped, [0, 0, 0], [batch, kept, speakers]) as tf.Tensor3D;
        }),
        lengths: lengths.map((length) => Math.ceil(length / subsampling)),
      };
    }

    const parts = {
      prepare: (batch: DiarizationBatch) => model.prepare(batch.waveforms),
      step(batch: DiarizationBatch, input: ModelInput, mode: Mode) {
        const names = batch.recordings.map((name, row) => `${name}, chunk from frame ${batch.startFrames[row]}`);
        const labelled = { lengths: batch.activities.map(({ frames }) => frames), names };
        const logits = matchFrames(logitsOf(input, mode), labelled, config.frameTolerance);
        const activity = activityTensor(batch.activities, names, model.outputSize);
        const { loss, order } = permutationInvariantLoss(logits.values, activity, logits.lengths);
        return { loss, order, logits };
      },
    };
    type Downloaded = { loss: number; order: Float32Array[]; logits: Sequence[] };
    const errorsOf = ({ order, logits }: Downloaded, { activities }: DiarizationBatch) =>
      sumErrors(logits.map((sequence, row) => frameErrors(sequence, activities[row]!, order[row]!)));

    const train = defineTrainPhase({
      ...parts,
      collect: (fields: Downloaded, batch: DiarizationBatch) => ({ losses: fields.loss, errors: errorsOf(fields, batch) }),
      reduce: (columns) => ({ log: frameLog(columns) }),
      weight: (_fields, { activities }) => activities.reduce((sum, { frames }) => sum + frames, 0),
    });
    const judging = (set: 'valid' | 'test') =>
      definePhase({
        ...parts,
        collect: (fields: Downloaded, batch: DiarizationBatch) => ({
          losses: fields.loss,
          errors: errorsOf(fields, batch),
          chunks: fields.logits.map((logits, row) => ({
            recording: batch.recordings[row]!,
            startFrame: batch.startFrames[row]!,
            probabilities: { ...logits, values: logits.values.map(sigmoid) },
          })),
        }),
        reduce({ chunks, ...batches }, reference: DiarizationReference, { isPartial } = { isPartial: false }) {
          const recordings = joinRecordings(chunks);
          // a part of the set may have been judged, and the last recording up to a chunk; what nobody listened to is not missed
          const heardSeconds = (recording: string) =>
            isPartial ? recordings.get(recording)!.frames * secondsPerFrame : Number.POSITIVE_INFINITY;
          const segments = reference.segments
            .filter(({ recording, startSeconds }) => recordings.has(recording) && startSeconds < heardSeconds(recording))
            .map((segment) => ({ ...segment, endSeconds: Math.min(segment.endSeconds, heardSeconds(segment.recording)) }));
          const seen = { ...reference, segments };
          const segmentsBy = (by: Decision) => segmentsOf(recordings, by, secondsPerFrame);
          const best = () =>
            bestDecision(
              decisions,
              (by) =>
                scoreDiarization({ reference: seen.segments, hypothesis: segmentsBy(by), regions: seen.regions }, scoring).overall.der,
            );
          const isTuned = (set === 'valid' || config.tuning === 'test') && decisions.length > 1;
          const used = isTuned ? best() : decision;
          if (set === 'valid') decision = used;
          return diarizationReport(frameLog(batches), segmentsBy(used), seen, { decision: used, scoring, tunedHere: isTuned });
        },
      });

    /** Probabilities of the speakers in each frame of each waveform. */
    async function probabilitiesOf(waveforms: Waveforms): Promise<Sequence[]> {
      const { probabilities } = await outputsOf(model, waveforms, (input, mode) => {
        const { values, lengths } = logitsOf(input, mode);
        return { probabilities: { values: tf.sigmoid(values), lengths } };
      });
      return probabilities;
    }

    const own = moduleOf({});
    return {
      ...own,
      state: () => ({ tensors: {}, values: { ...decision } }),
      loadState(state) {
        own.loadState({ tensors: state.tensors, values: {} });
        const { threshold, medianFrames } = state.values as { threshold?: number; medianFrames?: number };
        if (threshold === undefined || medianFrames === undefined) return;
        // settings that were changed since leave it no choice
        decision = {
          threshold: thresholds.includes(threshold) ? threshold : decision.threshold,
          medianFrames: config.medianFrames.includes(medianFrames) ? medianFrames : decision.medianFrames,
        };
      },
      name: 'speaker-diarization',
      model,
      samplesPerFrame,
      graph: taskGraph(
        model,
        (operations, { values, lengths }) => {
          const activity = operations.sigmoid(operations.slice(values, 1, 0, undefined, subsampling));
          const frames = operations.divide(operations.add(lengths, subsampling - 1), subsampling);
          return {
            speaker_activity: { value: activity, axes: ['batch', 'frames', model.outputSize] },
            frame_lengths: { value: frames, axes: ['batch'] },
          };
        },
        () => ({ ...decision, secondsPerFrame }),
      ),
      train,
      valid: judging('valid'),
      test: judging('test'),
      async predict(waveforms) {
        const all = await probabilitiesOf(waveforms);
        return all.map((probabilities, row) =>
          activityStretches(probabilities, decision).map(({ speaker, first, end }) => ({
            recording: String(row),
            speaker: String(speaker),
            startSeconds: first * secondsPerFrame,
            endSeconds: Math.min(end * secondsPerFrame, waveforms.lengths[row]! / model.sampleRate),
          })),
        );
      },
      predictRecording: recordingPredictor({ model, probabilitiesOf, samplesPerFrame, decision: () => decision }, config.recordings),
    };
  },
});

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** (batch, frames, speakers), zero-padded. */
function activityTensor(activities: readonly Sequence[], names: readonly string[], speakers: number): tf.Tensor3D {
  const frames = Math.max(...activities.map((activity) => activity.frames));
  const values = new Float32Array(activities.length * frames * speakers);
  activities.forEach((activity, row) => {
    if (activity.features > speakers) {
      throw new InputError(
        names[row]!,
        `${activity.features} speakers`,
        `at most ${speakers}, as many as the model has outputs`,
        'Build the downstream model with more outputs, or leave the recording out.',
      );
    }
    for (let frame = 0; frame < activity.frames; frame++) {
      const from = frame * activity.features;
      values.set(activity.values.subarray(from, from + activity.features), (row * frames + frame) * speakers);
    }
  });
  return tf.tensor3d(values, [activities.length, frames, speakers]);
}
