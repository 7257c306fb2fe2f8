import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Embeddings,
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
import { balancedWeights } from './balanced-weights.ts';
import { classFigures, classFiles } from './class-artifacts.ts';
import { classReport } from './class-report.ts';
import { type Classification, classificationOf } from './classification.ts';
import { crossEntropy } from './cross-entropy.ts';
import { csvText } from './csv-text.ts';
import { mostProbable, rankOf } from './rank-of.ts';
import { refuseLogits } from './refuse-logits.ts';
import { requireLabels } from './require-labels.ts';

/** Utterances with one label each. */
export interface LabelledBatch {
  readonly waveforms: Waveforms;
  /** (batch,) */
  readonly labels: readonly string[];
  /** (batch,) utterance ids */
  readonly utterances: readonly string[];
}

/** Metrics of one label for each utterance. */
export type ClassificationLog = {
  /** mean cross entropy of the utterances, in nats; weighted where classes have weights */
  readonly loss: number;
  /** share of utterances whose label was found, 0..1 */
  readonly accuracy: number;
  /** mean recall of the classes that occur, 0..1: each class counts alike (unweighted average recall) */
  readonly balancedAccuracy: number;
  /** share of utterances whose label is among the `topK` most probable, 0..1; where that is asked for */
  readonly topAccuracy?: number;
  /** how many were judged */
  readonly utterances: number;
};

/**
 * One label for each utterance: cross entropy, judged by accuracy.
 *
 * The model gives one logit for each category. Loss and accuracy of a judged split are means
 * over its utterances; the original takes the mean over batches for the loss, in which a small last batch
 * counts as much as a full one.
 *
 * @param wiring `counts`: training utterances of each category, needed for balanced class weights
 * @throws WiringError when the model gives another number of logits than there are categories, when there is
 *   only one category, or when balanced weights are asked for without counts
 */
export const utteranceClassification = defineComponent({
  name: 'utterance-classification',
  config: z.object({
    topK: z
      .int()
      .min(2)
      .nullable()
      .default(null)
      .describe('also report how often the label is among this many most probable ones; null: not'),
    classWeights: z
      .enum(['none', 'balanced'])
      .default('none')
      .describe('weight of each class in the loss: all alike, or the rarer the heavier, so that all classes count alike'),
  }),
  build(
    {
      model,
      categories,
      counts,
    }: { readonly model: WaveformModel<Embeddings>; readonly categories: LabelEncoder<string>; readonly counts?: readonly number[] },
    { topK, classWeights },
  ): Task<LabelledBatch, LabelledBatch, ClassificationLog, void, Classification> {
    refuseUnfit(model.outputSize, categories.size, classWeights === 'balanced' ? (counts?.length ?? 'no') : categories.size);
    const weights = classWeights === 'balanced' ? balancedWeights(counts!) : undefined;
    const classesOf = (batch: LabelledBatch): number[] => batch.labels.map((label) => categories.encode(label));

    async function prepare(batch: LabelledBatch) {
      requireLabels(batch);
      return model.prepare(batch.waveforms);
    }
    const train = defineTrainPhase({
      prepare,
      step(batch, input: ModelInput, mode) {
        const classes = classesOf(batch);
        const logits = model.forward(input, mode);
        const losses = crossEntropy(logits, classes);
        const right = tf.equal(tf.argMax(logits, -1), tf.tensor1d(classes, 'int32'));
        return {
          loss: weightedMean(losses, weights && classes.map((id) => weights[id]!)),
          right: tf.cast(right, 'float32') as tf.Tensor1D,
        };
      },
      collect: (fields) => fields,
      reduce: ({ loss, right }) => ({ log: { loss: mean(loss), accuracy: mean(right) } }),
      ...(weights && { weight: (_fields: unknown, batch: LabelledBatch) => classesOf(batch).reduce((sum, id) => sum + weights[id]!, 0) }),
    });

    const judge = definePhase({
      prepare,
      step(batch, input: ModelInput, mode) {
        const logits = model.forward(input, mode);
        return { losses: crossEntropy(logits, classesOf(batch)), probabilities: tf.softmax(logits) };
      },
      collect({ losses, probabilities }, batch) {
        const labels = classesOf(batch);
        const predictions = probabilities.map(mostProbable);
        return {
          losses,
          labels,
          predictions,
          utterances: batch.utterances,
          ranks: probabilities.map((row, utterance) => rankOf(row, labels[utterance]!)),
          probabilities: probabilities.map((row, utterance) => row[predictions[utterance]!]!),
          labelProbabilities: probabilities.map((row, utterance) => row[labels[utterance]!]!),
        };
      },
      reduce({ losses, labels, predictions, utterances, ranks, probabilities, labelProbabilities }) {
        const report = classReport(labels, predictions, categories.size);
        const counted = labels.map((label) => weights?.[label] ?? 1);
        const log: ClassificationLog = {
          loss: mean(losses.map((loss, utterance) => loss * counted[utterance]!)) / mean(counted),
          accuracy: report.accuracy,
          balancedAccuracy: report.balancedAccuracy,
          ...(topK !== null && { topAccuracy: mean(ranks.map((rank) => (rank < topK ? 1 : 0))) }),
          utterances: labels.length,
        };
        const shares = report.classes.map((one) => one.utterances / labels.length).sort((one, other) => other - one);
        const judged = { labels: categories.labels, report };
        return {
          log,
          // always saying what is most frequent in this split
          chance: {
            accuracy: shares[0]!,
            balancedAccuracy: 1 / shares.filter((share) => share > 0).length,
            ...(topK !== null && { topAccuracy: shares.slice(0, topK).reduce((sum, share) => sum + share, 0) }),
          },
          files: {
            'predictions.csv': csvText(
              ['id', 'label', 'prediction', 'probability', 'label_probability'],
              utterances.map((id, index) => [
                id,
                categories.decode(labels[index]!),
                categories.decode(predictions[index]!),
                probabilities[index]!,
                labelProbabilities[index]!,
              ]),
            ),
            ...classFiles([judged]),
          },
          figures: classFigures(judged),
        };
      },
    });

    async function predict(waveforms: Waveforms): Promise<Classification[]> {
      const { probabilities } = await outputsOf(model, waveforms, (input, mode) => ({
        probabilities: tf.softmax(model.forward(input, mode)),
      }));
      return probabilities.map((row) => classificationOf(row, categories));
    }

    const graph = taskGraph(
      model,
      (operations, logits) => ({ probabilities: { value: operations.softmax(logits), axes: ['batch', categories.size] } }),
      () => ({ labels: categories.labels }),
    );

    return { ...moduleOf({}), name: 'utterance-classification', model, train, valid: judge, test: judge, predict, graph };
  },
});

/** Mean of the losses; PyTorch's weighted mean where there are weights. */
function weightedMean(losses: tf.Tensor1D, weights: readonly number[] | undefined): tf.Scalar {
  if (!weights) return tf.mean(losses);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return tf.div(tf.sum(tf.mul(losses, tf.tensor1d([...weights]))), total) as tf.Scalar;
}

function refuseUnfit(logits: number, categories: number, counts: number | string): void {
  if (categories < 2) {
    throw new WiringError('utterance-classification', 'tells labels apart', `there is ${categories}; give at least 2`);
  }
  refuseLogits(logits, categories);
  if (counts !== categories) {
    throw new WiringError(
      'utterance-classification',
      `has ${counts} counts of training utterances`,
      `balanced class weights need one for each of the ${categories} categories; give counts, or set classWeights to none`,
    );
  }
}
