import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Frames,
  inference,
  type Mode,
  type ModelInput,
  moduleOf,
  type Task,
  type Tokenizer,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { ctcLoss } from './ctc-loss.ts';
import { greedyDecoding } from './greedy-decoding.ts';
import { type RecognitionLog, recognitionReport } from './recognition-report.ts';
import { textMetricNames } from './text-metrics.ts';

/** Utterances with what is said in them. */
export interface TextBatch {
  readonly waveforms: Waveforms;
  /** (batch,) utterance ids */
  readonly utterances: readonly string[];
  /** (batch,) transcriptions, as the tokenizer takes them */
  readonly texts: readonly string[];
}

const [blank, end, unknown] = [0, 1, 2];

/**
 * Speech to text by connectionist temporal classification (CTC), decoded greedily.
 *
 * Class 0 of the model is the blank, the others are the tokenizer's; targets are the token ids of a
 * transcription with its end mark. Hypotheses come from the valid frames alone; S3PRL decodes the padding of a batch, too.
 *
 * Predicts one text per waveform.
 *
 * Graves et al., "Connectionist Temporal Classification", 2006.
 *
 * @throws WiringError when the model has not one output for each token
 */
export const speechToTextCtc = defineComponent({
  name: 'speech-to-text-ctc',
  config: z.object({
    metrics: z
      .array(z.enum(textMetricNames))
      .min(1)
      .default(['cer', 'wer'])
      .describe('what is reported: error rates of words, characters and phones, scores of slots'),
    zeroInfinity: z
      .boolean()
      .default(true)
      .describe('leave out utterances whose labels need more frames than they have; else their loss is infinite'),
  }),
  build(
    { model, tokenizer }: { readonly model: WaveformModel<Frames>; readonly tokenizer: Tokenizer },
    { metrics, zeroInfinity },
  ): Task<TextBatch, TextBatch, RecognitionLog, void, string> {
    if (model.outputSize !== tokenizer.size) {
      throw new WiringError(
        'speech-to-text-ctc',
        `has a tokenizer of ${tokenizer.size} tokens`,
        `the model gives ${model.outputSize} features; build the downstream model with outputSize ${tokenizer.size}`,
      );
    }
    const textOf = (classIds: ArrayLike<number>) => tokenizer.decode(greedyDecoding(classIds, [blank, end]));
    const bestClasses = ({ values }: Frames) => tf.cast(tf.argMax(values, -1), 'float32') as tf.Tensor2D;

    const parts = {
      prepare: (batch: TextBatch) => model.prepare(batch.waveforms),
      step({ texts }: TextBatch, input: ModelInput, mode: Mode) {
        const logits = model.forward(input, mode);
        const targets = texts.map((text) => tokenizer.encode(text).filter((token) => token !== blank));
        const { loss, losses } = ctcLoss(logits, targets, { blank, zeroInfinity });
        return { loss, losses, targets, classes: bestClasses(logits), frames: [...logits.lengths] };
      },
      collect(
        fields: { losses: number[]; targets: number[][]; classes: Float32Array[]; frames: number[] },
        { texts, utterances }: TextBatch,
      ) {
        const { losses, targets, classes, frames } = fields;
        return {
          losses: losses.map((loss, row) =>
            loss === Number.POSITIVE_INFINITY && zeroInfinity ? 0 : loss / Math.max(1, targets[row]!.length),
          ),
          unalignable: losses.map((loss) => loss === Number.POSITIVE_INFINITY),
          unknownTokens: targets.map((target) => target.filter((token) => token === unknown).length),
          hypotheses: classes.map((row, index) => textOf(row.subarray(0, frames[index]!))),
          references: texts,
          utterances,
        };
      },
    };
    const train = defineTrainPhase({ ...parts, reduce: (columns) => ({ log: recognitionReport(columns, metrics).log }) });
    const judge = definePhase({ ...parts, reduce: (columns) => recognitionReport(columns, metrics) });

    async function predict(waveforms: Waveforms): Promise<string[]> {
      const input = await model.prepare(waveforms);
      const [classes, lengths] = tf.tidy(() => {
        const logits = model.forward(input, inference);
        return [bestClasses(logits), logits.lengths as never];
      }) as unknown as [tf.Tensor2D, readonly number[]];
      // prepared waveforms are the caller's own
      if ('layers' in input) tf.dispose(input.layers.map((frames) => frames.values));
      const values = await classes.data();
      const width = classes.shape[1];
      classes.dispose();
      return lengths.map((length, row) => textOf(values.subarray(row * width, row * width + length)));
    }

    return { ...moduleOf({}), name: 'speech-to-text-ctc', model, train, valid: judge, test: judge, predict };
  },
});
