import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Embeddings,
  InputError,
  type LabelEncoder,
  type ModelInput,
  moduleOf,
  outputsOf,
  type Random,
  randomStream,
  type Task,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import { mean } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { aamSoftmax, type SubCenterAamSoftmaxSettings, subCenterAamSoftmax } from './losses/aam-softmax.ts';
import { amSoftmax } from './losses/am-softmax.ts';
import { softmax } from './losses/softmax.ts';
import type { LossSizes, SpeakerLoss } from './losses/speaker-loss.ts';
import { judgeTrials, type TrialsLog } from './metrics/judge-trials.ts';
import { detCurves, scoreHistogram } from './metrics/verification-figures.ts';
import type { UtteranceBatch } from './open-set.ts';
import { partialReference } from './partial-reference.ts';
import { scoreTable } from './scoring/score-files.ts';
import type { Trial } from './scoring/score-trials.ts';
import { type CalibrationReference, type CohortReference, scoreChain } from './scoring/scoring-chain.ts';

/** Utterances with their speakers, to train on. */
export interface SpeakerBatch {
  readonly waveforms: Waveforms;
  /** (batch,) class ids of the speakers, int32 */
  readonly speakers: tf.Tensor1D;
  /** (batch,) utterance ids */
  readonly utterances: readonly string[];
}

/** What speaker verification is connected to. */
export interface VerificationWiring {
  readonly model: WaveformModel<Embeddings>;
  /** the training speakers; their class ids are those of the batches */
  readonly speakers: LabelEncoder<string>;
  /** makes a loss of one's own, which `loss` and its margins are then not asked for */
  readonly loss?: (sizes: LossSizes, random: Random) => SpeakerLoss;
}

/** What a test set is judged against, where trials alone are not all. */
export interface VerificationReference {
  readonly trials: readonly Trial[];
  /** the batches have to hold these utterances too */
  readonly cohort?: CohortReference;
  /** the batches have to hold the utterances of these trials too */
  readonly calibration?: CalibrationReference;
}

/** Error rates after the last step of scoring; those of the earlier steps too where there are several. */
export type VerificationLog = TrialsLog & {
  readonly rawEer?: number;
  readonly rawMinDcf?: number;
  readonly asNormEer?: number;
  readonly asNormMinDcf?: number;
  /** trials not judged, where only some batches were embedded */
  readonly trialsLeftOut?: number;
};

/**
 * Speaker verification: trained to tell speakers apart, tested on trials ("are these two utterances of one speaker?").
 *
 * A test set's reference is its list of trials, scored by the cosine of their embeddings unless `scoring` says
 * otherwise; or a `VerificationReference`, with a cohort for AS-norm and trials for a calibration. The rows of a test batch are utterances, or
 * segments of utterances: consecutive rows of one id. The accuracy logged in training is taken before the margin, so that
 * it says how many speakers were recognised (the original takes it after, and reads low).
 *
 * Predicts one embedding per waveform, not normalised.
 *
 * @throws WiringError when there are fewer than two speakers to tell apart
 */
export const speakerVerification = defineComponent({
  name: 'speaker-verification',
  config: z.object({
    loss: z
      .enum(['amsoftmax', 'softmax', 'aamsoftmax', 'aamsoftmax_sc_topk'])
      .default('amsoftmax')
      .describe('loss over the training speakers; aamsoftmax_sc_topk has sub-centers and a penalty on the likeliest wrong speakers'),
    margin: z.number().min(0).max(2).default(0.4).describe('margin of amsoftmax in cosine, of the aamsoftmax losses in radians'),
    scale: z.number().positive().default(30).describe('factor of the cosines in all losses but softmax'),
    easyMargin: z.boolean().default(false).describe('aamsoftmax losses: no margin where an embedding points away from its speaker'),
    subCenters: z.int().min(1).default(3).describe('aamsoftmax_sc_topk: directions for each speaker, of which the nearest counts'),
    hardNegatives: z.int().min(0).default(5).describe('aamsoftmax_sc_topk: how many of the likeliest wrong speakers are penalised'),
    hardNegativeMargin: z
      .number()
      .min(0)
      .default(0.06)
      .describe('aamsoftmax_sc_topk: by how much those are made likelier, in radians at a margin of 0.2; it grows with the margin'),
    scoring: z
      .enum(['cosine', 'euclidean'])
      .default('cosine')
      .describe("how embeddings are compared: mean cosine of all pairs of segments, or ESPnet's: minus their mean distance"),
    eerDefinition: z
      .enum(['s3prl', 'espnet', 'speechbrain'])
      .default('s3prl')
      .describe('equal error rate where no threshold makes both errors equal: interpolated, the larger of the two, or their mean'),
    targetPrior: z.number().gt(0).lt(1).default(0.01).describe('probability of a trial of one speaker that minDcf assumes, 0..1'),
  }),
  build(
    { model, speakers, loss: ownLoss }: VerificationWiring,
    config,
    { seed },
  ): Task<SpeakerBatch, UtteranceBatch, VerificationLog, readonly Trial[] | VerificationReference, Float32Array> {
    if (speakers.size < 2) {
      throw new WiringError(
        'speaker-verification',
        'learns to tell speakers apart',
        `the training set has ${speakers.size}; give at least 2`,
      );
    }
    const sizes: LossSizes = { inputSize: model.outputSize, outputSize: speakers.size };
    const random = randomStream(seed, 'speaker-verification loss');
    const loss = ownLoss ? ownLoss(sizes, random) : losses[config.loss](sizes, config, random);

    const train = defineTrainPhase({
      async prepare(batch: SpeakerBatch) {
        await requireClassIds(batch, speakers.size);
        return model.prepare(batch.waveforms);
      },
      step(batch, input: ModelInput, mode) {
        const output = loss.forward(model.forward(input, mode), batch.speakers);
        const recognised = tf.equal(tf.argMax(output.likeness, -1), batch.speakers);
        return { loss: output.loss, recognised: tf.cast(recognised, 'float32') as tf.Tensor1D };
      },
      collect: (fields) => fields,
      reduce: ({ loss, recognised }) => ({ log: { loss: mean(loss), accuracy: mean(recognised) } }),
    });

    const test = definePhase({
      prepare: (batch: UtteranceBatch) => model.prepare(batch.waveforms),
      step: (_batch, input: ModelInput, mode) => ({ embeddings: model.forward(input, mode) }),
      collect: ({ embeddings }, { utterances }) => ({ embeddings, utterances }),
      reduce({ embeddings, utterances }, reference: readonly Trial[] | VerificationReference, extent) {
        const whole: VerificationReference = 'trials' in reference ? reference : { trials: reference };
        const speech = bySpeech(utterances, embeddings);
        const { leftOut, ...chain } = extent?.isPartial ? partialReference(whole, speech) : { ...whole, leftOut: 0 };
        const { trials } = chain;
        const steps = scoreChain(trials, speech, { ...chain, scoring: config.scoring });
        const judged = steps.map(({ step, scores }) => ({ step, scores, ...judgeTrials(trials, scores, config) }));
        const last = judged.at(-1)!;
        const earlier = Object.fromEntries(
          judged.slice(0, -1).flatMap(({ step, log }) => [
            [`${step}Eer`, log.eer],
            [`${step}MinDcf`, log.minDcf],
          ]),
        );
        const log: VerificationLog = { ...last.log, ...earlier, ...(leftOut > 0 && { trialsLeftOut: leftOut }) };
        const files = judged.slice(0, -1).map(({ step, scores }) => [`scores-${step}.csv`, scoreTable(trials, scores)] as const);
        return {
          log,
          chance: { eer: 0.5, minDcf: 1 },
          files: { 'scores.csv': scoreTable(trials, last.scores), ...Object.fromEntries(files) },
          figures: [
            scoreHistogram(last.curve, last.log.eerThreshold, last.step === 'raw' ? config.scoring : last.step),
            detCurves(judged.map(({ step, curve }) => ({ name: judged.length === 1 ? 'trials' : step, curve }))),
          ],
        };
      },
    });

    async function predict(waveforms: Waveforms): Promise<Float32Array[]> {
      const { embeddings } = await outputsOf(model, waveforms, (input, mode) => ({ embeddings: model.forward(input, mode) }));
      return embeddings;
    }

    const graph = taskGraph(
      model,
      (_, embeddings) => ({ embeddings: { value: embeddings, axes: ['batch', model.outputSize] } }),
      () => ({ scoring: config.scoring }),
    );

    return { ...moduleOf({ loss }), name: 'speaker-verification', model, train, test, predict, graph };
  },
});

const losses = {
  amsoftmax: amSoftmax,
  softmax: (sizes, _, random) => softmax(sizes, random),
  aamsoftmax: aamSoftmax,
  aamsoftmax_sc_topk: subCenterAamSoftmax,
} satisfies {
  [name: string]: (sizes: LossSizes, settings: SubCenterAamSoftmaxSettings, random: Random) => SpeakerLoss;
};

/** @throws InputError unless each waveform has a speaker that the task knows: another would silently count as none */
async function requireClassIds({ speakers, waveforms }: SpeakerBatch, known: number): Promise<void> {
  const classIds = 'dataId' in speakers ? await speakers.data() : [];
  const rows = waveforms.lengths.length;
  const stranger = classIds.find((id) => !(Number.isInteger(id) && id >= 0 && id < known));
  if (stranger === undefined && classIds.length === rows) return;
  throw new InputError(
    'the speakers of a batch',
    stranger === undefined ? `${classIds.length} class ids for ${rows} waveforms` : `the class id ${stranger}`,
    `a tensor of ${rows} class ids, 0 to ${known - 1}`,
    'Number them by the encoder that the task was given, as `classIds` of @s3/dataio does.',
  );
}

/** Embeddings by utterance; rows of one id are its segments. */
function bySpeech(utterances: readonly string[], embeddings: readonly Float32Array[]): Map<string, Float32Array[]> {
  const segments = new Map<string, Float32Array[]>();
  utterances.forEach((id, row) => {
    const known = segments.get(id);
    if (known) known.push(embeddings[row]!);
    else segments.set(id, [embeddings[row]!]);
  });
  return segments;
}
