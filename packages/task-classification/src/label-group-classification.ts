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
import { crossEntropy } from './cross-entropy.ts';
import { csvText } from './csv-text.ts';
import { mostProbable } from './rank-of.ts';

/** Labels of which every utterance has exactly one, such as the action of a command. */
export interface LabelGroup {
  readonly name: string;
  readonly categories: LabelEncoder<string>;
}

/** Utterances with one label of each group. */
export interface LabelGroupBatch {
  readonly waveforms: Waveforms;
  /** (batch,) the labels of an utterance in the order of the groups */
  readonly labels: readonly (readonly string[])[];
  /** (batch,) utterance ids */
  readonly utterances: readonly string[];
}

/** Metrics of one label of each of several groups. */
export type LabelGroupLog = {
  /** mean over the utterances of the groups' summed cross entropies, in nats */
  readonly loss: number;
  /** share of utterances whose labels were all found, 0..1 */
  readonly accuracy: number;
  /** mean over the groups of the share of labels found, 0..1 */
  readonly groupAccuracy: number;
  /** how many were judged */
  readonly utterances: number;
};

/**
 * One label of each of several groups for each utterance, such as the action, object and place of a command.
 *
 * The model gives the logits of all groups, one group after another; the loss is the sum of the
 * groups' cross entropies, and an utterance is right only if all its labels are.
 *
 * @throws WiringError when the model gives another number of logits than there are categories in all groups, or
 *   when there is no group or one without a choice
 */
export const labelGroupClassification = defineComponent({
  name: 'label-group-classification',
  config: z.object({}),
  build({
    model,
    groups,
  }: {
    readonly model: WaveformModel<Embeddings>;
    readonly groups: readonly LabelGroup[];
  }): Task<LabelGroupBatch, LabelGroupBatch, LabelGroupLog, void, readonly Classification[]> {
    refuseUnfit(model.outputSize, groups);
    const sizes = groups.map(({ categories }) => categories.size);
    const split = (logits: tf.Tensor2D): tf.Tensor2D[] => tf.split(logits, [...sizes], 1);

    /** class ids of each group, in the order of the utterances */
    const classesOf = (batch: LabelGroupBatch): number[][] => {
      batch.labels.forEach((labels, row) => {
        if (labels.length !== groups.length) throw wrongCount(batch.utterances[row]!, labels, groups);
      });
      return groups.map(({ categories }, group) => batch.labels.map((labels) => categories.encode(labels[group]!)));
    };
    const losses = (logits: readonly tf.Tensor2D[], classes: readonly number[][]): tf.Tensor1D =>
      tf.addN(logits.map((group, index) => crossEntropy(group, classes[index]!)));

    const train = defineTrainPhase({
      prepare: (batch: LabelGroupBatch) => model.prepare(batch.waveforms),
      step(batch, input: ModelInput, mode) {
        const classes = classesOf(batch);
        const logits = split(model.forward(input, mode));
        const found = logits.map((group, index) => tf.equal(tf.argMax(group, -1), tf.tensor1d(classes[index]!, 'int32')));
        const right = found.reduce((all, one) => tf.logicalAnd(all, one));
        return { loss: tf.mean(losses(logits, classes)) as tf.Scalar, right: tf.cast(right, 'float32') as tf.Tensor1D };
      },
      collect: (fields) => fields,
      reduce: ({ loss, right }) => ({ log: { loss: mean(loss), accuracy: mean(right) } }),
    });

    const judge = definePhase({
      prepare: (batch: LabelGroupBatch) => model.prepare(batch.waveforms),
      step(batch, input: ModelInput, mode) {
        const logits = model.forward(input, mode);
        return { losses: losses(split(logits), classesOf(batch)), logits };
      },
      collect({ losses, logits }, batch) {
        const classes = classesOf(batch);
        return {
          losses,
          utterances: batch.utterances,
          labels: batch.labels.map((_, row) => classes.map((group) => group[row]!)),
          predictions: logits.map((row) => partsOf(row, sizes).map(mostProbable)),
        };
      },
      reduce({ losses, utterances, labels, predictions }) {
        const judged = groups.map(({ name, categories }, group) => {
          const of = (rows: readonly number[][]) => rows.map((row) => row[group]!);
          return { group: name, labels: categories.labels, report: classReport(of(labels), of(predictions), categories.size) };
        });
        const right = labels.map((row, index) => (row.every((id, group) => id === predictions[index]![group]) ? 1 : 0));
        const accuracies = judged.map(({ report }) => report.accuracy);
        const words = (row: readonly number[]) => row.map((id, group) => groups[group]!.categories.decode(id)).join(' ; ');
        const bars: Figure = {
          kind: 'bars',
          title: 'Accuracy of each group of labels',
          y: { label: 'accuracy' },
          bars: judged.map(({ group, report }) => ({ name: group, value: report.accuracy })),
        };
        return {
          log: { loss: mean(losses), accuracy: mean(right), groupAccuracy: mean(accuracies), utterances: labels.length },
          // always saying what is most frequent in this split
          chance: {
            accuracy: mostFrequent(labels.map((row) => row.join())) / labels.length,
            groupAccuracy: mean(groups.map((_, group) => mostFrequent(labels.map((row) => row[group])) / labels.length)),
          },
          files: {
            'predictions.csv': csvText(
              ['id', 'labels', 'predictions', 'right'],
              utterances.map((id, index) => [id, words(labels[index]!), words(predictions[index]!), right[index]!]),
            ),
            ...classFiles(judged),
          },
          figures: [bars, ...judged.flatMap(classFigures)],
        };
      },
    });

    async function predict(waveforms: Waveforms): Promise<Classification[][]> {
      const { probabilities } = await outputsOf(model, waveforms, (input, mode) => ({
        probabilities: tf.concat2d(
          split(model.forward(input, mode)).map((logits) => tf.softmax(logits)),
          1,
        ),
      }));
      return probabilities.map((row) => partsOf(row, sizes).map((part, group) => classificationOf(part, groups[group]!.categories)));
    }

    const graph = taskGraph(
      model,
      (operations, logits) => {
        const parts = operations.split(logits, sizes, 1);
        return Object.fromEntries(
          groups.map(({ name }, group) => [
            `probabilities_${name}`,
            { value: operations.softmax(parts[group]!), axes: ['batch', sizes[group]!] },
          ]),
        );
      },
      () => ({ groups: groups.map(({ name, categories }) => ({ name, labels: categories.labels })) }),
    );

    return { ...moduleOf({}), name: 'label-group-classification', model, train, valid: judge, test: judge, predict, graph };
  },
});

/** Neighbouring parts of these sizes. */
function partsOf(row: Float32Array, sizes: readonly number[]): Float32Array[] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return row.subarray(start - size, start);
  });
}

/** How often the most frequent value occurs. */
function mostFrequent(values: readonly unknown[]): number {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(...counts.values());
}

function refuseUnfit(logits: number, groups: readonly LabelGroup[]): void {
  if (groups.length === 0)
    throw new WiringError('label-group-classification', 'finds one label of each group', 'there is no group; give at least one');
  const single = groups.find(({ categories }) => categories.size < 2);
  if (single) {
    throw new WiringError(
      `label group '${single.name}'`,
      `has ${single.categories.size} label`,
      'there is nothing to tell apart; leave the group out or check the labels',
    );
  }
  const categories = groups.reduce((sum, group) => sum + group.categories.size, 0);
  if (logits !== categories) {
    throw new WiringError(
      'model',
      `gives ${logits} logits`,
      `the ${groups.length} groups have ${categories} categories; build its downstream with outputSize ${categories}`,
    );
  }
}

function wrongCount(utterance: string, labels: readonly string[], groups: readonly LabelGroup[]): InputError {
  return new InputError(
    `utterance '${utterance}'`,
    `${labels.length} labels (${labels.join(' ; ')})`,
    `one of each of the ${groups.length} groups ${groups.map(({ name }) => name).join(', ')}`,
    'Mend its labels.',
  );
}
