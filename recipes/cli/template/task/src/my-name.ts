import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Embeddings,
  InputError,
  type Mode,
  type ModelInput,
  moduleOf,
  outputsOf,
  randomStream,
  type Task,
  type WaveformModel,
  type Waveforms,
} from '@s3/interface';
import { linear } from '@s3/interface/layers';
import { mean } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

export interface MyNameBatch {
  readonly waveforms: Waveforms;
  /** (batch,) ids of the utterances */
  readonly utterances: readonly string[];
  /** (batch,) what is to be predicted */
  readonly targets: readonly number[];
}

/** Predicts a number for each utterance. */
export const myName = defineComponent({
  name: 'my-name',
  config: z.object({ middle: z.number().default(0).describe('prediction that training starts from') }),
  build(
    { model }: { readonly model: WaveformModel<Embeddings> },
    { middle },
    { seed },
  ): Task<MyNameBatch, MyNameBatch, { error: number }, void, number> {
    const head = linear(model.outputSize, 1, randomStream(seed, 'my-name head'));
    const predictions = (input: ModelInput, mode: Mode) =>
      tf.add(tf.reshape(head.forward(model.forward(input, mode)), [-1]), middle) as tf.Tensor1D;
    async function prepare({ waveforms, targets }: MyNameBatch) {
      if (targets) return model.prepare(waveforms);
      throw new InputError('my-name', 'batches without targets', 'a number for each utterance', 'Give the task data that has them.');
    }

    return {
      ...moduleOf({ head }), // the task's own weights; the model's are saved beside them
      name: 'my-name',
      model,
      train: defineTrainPhase({
        prepare,
        step: ({ targets }, input: ModelInput, mode) => ({
          loss: tf.mean(tf.square(tf.sub(predictions(input, mode), tf.tensor1d([...targets])))) as tf.Scalar,
        }),
        collect: (fields) => fields,
        reduce: ({ loss }) => ({ log: { loss: mean(loss) } }),
      }),
      test: definePhase({
        prepare,
        step: (_batch: MyNameBatch, input: ModelInput, mode) => ({ predicted: predictions(input, mode) }),
        collect: ({ predicted }, { utterances, targets }) => ({ predicted, utterances, targets }),
        reduce: ({ predicted, utterances, targets }) => ({
          log: { error: mean(predicted.map((value, row) => Math.abs(value - targets[row]!))) },
          files: { 'predictions.csv': `id,predicted,target\n${utterances.map((id, row) => `${id},${predicted[row]},${targets[row]}\n`).join('')}` },
        }),
      }),
      async predict(waveforms) {
        const { predicted } = await outputsOf(model, waveforms, (input, mode) => ({ predicted: predictions(input, mode) }));
        return predicted;
      },
    };
  },
});
