import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Embeddings,
  type Figure,
  InputError,
  type LabelEncoder,
  type ModelInput,
  moduleOf,
  outputsOf,
  type Task,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import { mean } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { classFigures, classFiles } from './class-artifacts.ts';
import { classReport } from './class-report.ts';
import { type Classification, classificationOf } from './classification.ts';
import { csvText } from './csv-text.ts';
import { mostProbable } from './rank-of.ts';
import { meanScores, type RankingScores, rankingScores } from './ranking-scores.ts';
import { refuseLogits } from './refuse-logits.ts';
import { requireLabels } from './require-labels.ts';

/** Whether an utterance has exactly one label, or any number of them, none included. */
export type PredictionType = 'multiclass' | 'multilabel';

/** Utterances with their labels. */
export interface SceneBatch {
  readonly waveforms: Waveforms;
  /** (batch,) the labels of each utterance */
  readonly labels: readonly (readonly string[])[];
  /** (batch,) utterance ids */
  readonly utterances: readonly string[];
}

/** Metrics of HEAR's scenes. */
export type SceneLog = {
  /** mean cross entropy in nats: of the utterances, or where they have several labels of every label of every utterance */
  readonly loss: number;
  /** share of utterances whose most probable label is theirs, or one of theirs, 0..1 */
  readonly accuracy: number;
  /** mean average precision: over the labels that occur, each alike, 0..1 */
  readonly meanAveragePrecision: number;
  /** mean area under the ROC curve over the labels that some utterances have and some have not, 0..1 */
  readonly rocAuc: number;
  /** mean d' over the same labels, in standard deviations; 0 for chance */
  readonly dPrime: number;
  /** share of utterances whose most probable pitch is theirs but for the octave, 0..1; where labels are pitches */
  readonly chromaAccuracy?: number;
  /** how many were judged */
  readonly utterances: number;
};

/**
 * HEAR's scenes: one label of a whole recording, or any number of them, judged by accuracy and by the order of probabilities.
 *
 * One label: softmax and cross entropy. Several: a sigmoid and a binary cross entropy for each label. The model gives one logit
 * for each category.
 *
 * Pitches are compared by the numbers that their labels are; the original compares class ids, which are pitches only if none is missing.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 *
 * @throws WiringError when the model gives another number of logits than there are categories, when there is nothing to tell
 *   apart, or when labels are to be pitches and are not
 */
export const scenePrediction = defineComponent({
  name: 'scene-prediction',
  config: z.object({
    pitches: z
      .boolean()
      .default(false)
      .describe('labels are MIDI pitches: also report how often the pitch is right but for the octave, chromaAccuracy'),
  }),
  build(
    {
      model,
      categories,
      predictionType,
    }: {
      readonly model: WaveformModel<Embeddings>;
      readonly categories: LabelEncoder<string>;
      readonly predictionType: PredictionType;
    },
    { pitches },
  ): Task<SceneBatch, SceneBatch, SceneLog, void, Classification> {
    refuseUnfit(model.outputSize, categories, predictionType, pitches);
    const oneLabel = predictionType === 'multiclass';
    const activation = (logits: tf.Tensor2D): tf.Tensor2D => (oneLabel ? tf.softmax(logits) : tf.sigmoid(logits));

    const classesOf = ({ labels, utterances }: SceneBatch): number[][] =>
      labels.map((own, row) => {
        if (oneLabel && own.length !== 1) throw wrongCount(utterances[row]!, own);
        return own.map((label) => categories.encode(label));
      });
    /** 1 where an utterance has the label, (batch, classes) */
    function targetsOf(classes: readonly (readonly number[])[]): tf.Tensor2D {
      const targets = new Float32Array(classes.length * categories.size);
      classes.forEach((ids, row) => {
        for (const id of ids) targets[row * categories.size + id] = 1;
      });
      return tf.tensor2d(targets, [classes.length, categories.size]);
    }
    const lossesOf = (logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D =>
      oneLabel
        ? (tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)) as tf.Tensor1D)
        : (tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, targets)), -1) as tf.Tensor1D);

    async function prepare(batch: SceneBatch) {
      requireLabels(batch);
      return model.prepare(batch.waveforms);
    }
    const train = defineTrainPhase({
      prepare,
      step(batch, input: ModelInput, mode) {
        const targets = targetsOf(classesOf(batch));
        const logits = model.forward(input, mode);
        const found = tf.oneHot(tf.argMax(logits, -1) as tf.Tensor1D, categories.size);
        return {
          loss: tf.mean(lossesOf(logits, targets)) as tf.Scalar,
          right: tf.sum(tf.mul(targets, tf.cast(found, 'float32')), -1) as tf.Tensor1D,
        };
      },
      collect: (fields) => fields,
      reduce: ({ loss, right }) => ({ log: { loss: mean(loss), accuracy: mean(right) } }),
    });

    const judge = definePhase({
      prepare,
      step(batch, input: ModelInput, mode) {
        const logits = model.forward(input, mode);
        return { losses: lossesOf(logits, targetsOf(classesOf(batch))), probabilities: activation(logits) };
      },
      collect: ({ losses, probabilities }, batch) => ({ losses, probabilities, labels: classesOf(batch), utterances: batch.utterances }),
      reduce({ losses, probabilities, labels, utterances }) {
        const predictions = probabilities.map(mostProbable);
        const ranked = categories.labels.map((_, id) =>
          rankingScores(
            probabilities.map((row) => row[id]!),
            labels.map((own) => own.includes(id)),
          ),
        );
        const share = (isRight: (prediction: number, own: readonly number[]) => boolean) =>
          mean(predictions.map((prediction, utterance) => (isRight(prediction, labels[utterance]!) ? 1 : 0)));
        const pitchOf = (id: number) => Number(categories.decode(id));
        const log: SceneLog = {
          loss: mean(losses),
          accuracy: share((prediction, own) => own.includes(prediction)),
          ...meanScores(ranked),
          ...(pitches && { chromaAccuracy: share((prediction, [own]) => (pitchOf(prediction) - pitchOf(own!)) % 12 === 0) }),
          utterances: labels.length,
        };
        const words = (ids: readonly number[]) => ids.map((id) => categories.decode(id)).join(' ; ');
        const judged = {
          labels: categories.labels,
          report: classReport(oneLabel ? labels.map(([own]) => own!) : [], predictions, categories.size),
        };
        const shares = ranked.map((label) => label.utterances / labels.length);
        return {
          log,
          // always saying what is most frequent in this split; probabilities in any order
          chance: {
            accuracy: Math.max(...shares),
            meanAveragePrecision: mean(shares.filter((one) => one > 0)),
            rocAuc: 0.5,
            dPrime: 0,
          },
          files: {
            'predictions.csv': csvText(
              ['id', 'labels', 'prediction', 'probability'],
              utterances.map((id, index) => {
                const prediction = predictions[index]!;
                return [id, words(labels[index]!), categories.decode(prediction), probabilities[index]![prediction]!];
              }),
            ),
            'scores.csv': csvText(
              ['label', 'utterances', 'average_precision', 'roc_auc', 'd_prime'],
              ranked.map((label, id) => [categories.decode(id), label.utterances, label.averagePrecision, label.rocAuc, label.dPrime]),
            ),
            ...(oneLabel && classFiles([judged])),
          },
          figures: [...(oneLabel ? classFigures(judged) : []), rankingTable(categories.labels, ranked)],
        };
      },
    });

    async function predict(waveforms: Waveforms): Promise<Classification[]> {
      const { probabilities } = await outputsOf(model, waveforms, (input, mode) => ({
        probabilities: activation(model.forward(input, mode)),
      }));
      return probabilities.map((row) => classificationOf(row, categories));
    }

    const graph = taskGraph(
      model,
      (operations, logits) => ({
        probabilities: {
          value: oneLabel ? operations.softmax(logits) : operations.sigmoid(logits),
          axes: ['batch', categories.size],
        },
      }),
      () => ({ labels: categories.labels, predictionType }),
    );

    return { ...moduleOf({}), name: 'scene-prediction', model, train, valid: judge, test: judge, predict, graph };
  },
});

const mostRows = 50;

function rankingTable(labels: readonly string[], ranked: readonly RankingScores[]): Figure {
  const judged = ranked.flatMap((scores, id) => (scores.utterances > 0 ? [{ ...scores, name: labels[id]! }] : []));
  return {
    kind: 'table',
    title: 'How well each label is told from all others, the worst first',
    columns: ['label', 'utterances', 'average precision', 'area under ROC', "d'"],
    rows: judged
      .sort((one, other) => one.averagePrecision - other.averagePrecision)
      .slice(0, mostRows)
      .map(({ name, utterances, averagePrecision, rocAuc, dPrime }) => [
        name,
        String(utterances),
        ...[averagePrecision, rocAuc, dPrime].map((score) => (Number.isNaN(score) ? '' : score.toFixed(3))),
      ]),
  };
}

function refuseUnfit(logits: number, categories: LabelEncoder<string>, predictionType: PredictionType, pitches: boolean): void {
  const fewest = predictionType === 'multiclass' ? 2 : 1;
  if (categories.size < fewest) {
    throw new WiringError('scene-prediction', 'tells labels apart', `there is ${categories.size}; give at least ${fewest}`);
  }
  refuseLogits(logits, categories.size);
  if (!pitches) return;
  const stranger = categories.labels.find((label) => !/^\d{1,3}$/.test(label));
  if (stranger === undefined && predictionType === 'multiclass') return;
  throw new WiringError(
    'scene-prediction',
    'is to compare pitches',
    stranger === undefined
      ? 'an utterance has any number of labels; set pitches to false'
      : `the label '${stranger}' is no number of a MIDI pitch; set pitches to false`,
  );
}

const wrongCount = (utterance: string, labels: readonly string[]): InputError =>
  new InputError(
    `utterance '${utterance}'`,
    labels.length === 0 ? 'no label' : `${labels.length} labels (${labels.join(' ; ')})`,
    'exactly one, since each utterance is of one class',
    'Mend its labels, or let the prediction type be multilabel.',
  );
