import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Frames,
  type Mode,
  type ModelInput,
  moduleOf,
  outputsOf,
  type Sequence,
  type Task,
  type Tokenizer,
  type WaveformModel,
  type Waveforms,
  WiringError,
} from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { ctcLoss } from './ctc-loss.ts';
import { decoderSettings } from './decoding/decoder-settings.ts';
import type { DecodingResources } from './decoding/decoding-resources.ts';
import { type TextHypothesis, textDecoder } from './decoding/text-decoder.ts';
import { greedyDecoding } from './greedy-decoding.ts';
import { type RecognitionLog, recognitionReport } from './recognition-report.ts';
import { textMetricNames } from './text-metrics.ts';
import { writtenText } from './written-text.ts';

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
 * Speech to text by connectionist temporal classification (CTC).
 *
 * Class 0 of the model is the blank, the others are the tokenizer's; targets are the token ids of a
 * transcription with its end mark. Hypotheses come from the valid frames alone; S3PRL decodes the padding of a batch, too.
 *
 * Test sets and predictions are decoded as `decoder` says; training and validation always greedily, since that is
 * quick and chooses the same checkpoint whatever is tried afterwards. References are compared as the tokenizer writes them, where it folds
 * case or width; S3PRL takes them as they are, and counts each such word as wrong.
 *
 * Predicts one text per waveform; with `decoder.nbest` above 1 a list of hypotheses with their scores.
 *
 * Graves et al., "Connectionist Temporal Classification", 2006.
 *
 * @param wiring beside model and tokenizer, what `readDecodingResources` reads of the decoder's files
 * @throws WiringError when the model has not one output for each token, or the decoder's files were not handed over
 * @throws InputError for a language model that does not fit the tokenizer
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
    decoder: decoderSettings.prefault({}),
    alignments: z.int().min(0).default(20).describe('utterances shown beside their references in the report, the worst first'),
  }),
  build(
    { model, tokenizer, ...resources }: { readonly model: WaveformModel<Frames>; readonly tokenizer: Tokenizer } & DecodingResources,
    { metrics, zeroInfinity, decoder: chosenDecoder, alignments },
  ): Task<TextBatch, TextBatch, RecognitionLog, void, string | readonly TextHypothesis[]> {
    if (model.outputSize !== tokenizer.size) {
      throw new WiringError(
        'speech-to-text-ctc',
        `has a tokenizer of ${tokenizer.size} tokens`,
        `the model gives ${model.outputSize} features; build the downstream model with outputSize ${tokenizer.size}`,
      );
    }
    const decoder = textDecoder({ tokenizer, ...resources }, chosenDecoder);
    const isGreedy = chosenDecoder.type === 'greedy';
    const textOf = (classIds: ArrayLike<number>) => tokenizer.decode(greedyDecoding(classIds, [blank, end]));
    const written = writtenText(tokenizer, { blank, end, unknown });
    const bestClasses = ({ values }: Frames) => tf.cast(tf.argMax(values, -1), 'float32') as tf.Tensor2D;

    interface Judged {
      readonly losses: number[];
      readonly targets: number[][];
    }
    function lossOf({ texts }: TextBatch, logits: Frames) {
      const targets = texts.map((text) => tokenizer.encode(text).filter((token) => token !== blank));
      return { ...ctcLoss(logits, targets, { blank, zeroInfinity }), targets };
    }
    const judged = ({ losses, targets }: Judged, { texts, utterances }: TextBatch) => ({
      losses: losses.map((loss, row) => (loss === Number.POSITIVE_INFINITY && zeroInfinity ? 0 : loss / Math.max(1, targets[row]!.length))),
      unalignable: losses.map((loss) => loss === Number.POSITIVE_INFINITY),
      unknownTokens: targets.map((target) => target.filter((token) => token === unknown).length),
      references: texts.map(written),
      utterances,
    });

    const prepare = (batch: TextBatch) => model.prepare(batch.waveforms);
    const greedy = {
      prepare,
      step(batch: TextBatch, input: ModelInput, mode: Mode) {
        const logits = model.forward(input, mode);
        return { ...lossOf(batch, logits), classes: bestClasses(logits), frames: [...logits.lengths] };
      },
      collect: (fields: Judged & { classes: Float32Array[]; frames: number[] }, batch: TextBatch) => ({
        ...judged(fields, batch),
        hypotheses: fields.classes.map((row, index) => textOf(row.subarray(0, fields.frames[index]!))),
      }),
    };
    const train = defineTrainPhase({ ...greedy, reduce: (columns) => ({ log: recognitionReport(columns, { metrics, alignments }).log }) });
    const valid = definePhase({ ...greedy, reduce: (columns) => recognitionReport(columns, { metrics, alignments }) });
    const searched = definePhase({
      prepare,
      step(batch: TextBatch, input: ModelInput, mode: Mode) {
        const logits = model.forward(input, mode);
        return { ...lossOf(batch, logits), logits };
      },
      collect(fields: Judged & { logits: Sequence[] }, batch: TextBatch) {
        const nbest = fields.logits.map(decoder.decode);
        return { ...judged(fields, batch), hypotheses: nbest.map(([best]) => best?.text ?? ''), nbest };
      },
      reduce: ({ nbest, ...columns }) =>
        recognitionReport(columns, { metrics, alignments, ...(chosenDecoder.nbest > 1 && { nbest }), lexicon: resources.lexicon }),
    });

    async function predict(waveforms: Waveforms): Promise<(string | readonly TextHypothesis[])[]> {
      const { logits } = await outputsOf(model, waveforms, (input, mode) => ({ logits: model.forward(input, mode) }));
      return logits.map((sequence) => {
        const hypotheses = decoder.decode(sequence);
        return chosenDecoder.nbest > 1 ? hypotheses : (hypotheses[0]?.text ?? '');
      });
    }

    const graph = taskGraph(
      model,
      (operations, { values, lengths }) => ({
        log_probabilities: { value: operations.logSoftmax(values), axes: ['batch', 'frames', tokenizer.size] },
        frame_lengths: { value: lengths, axes: ['batch'] },
      }),
      () => ({ blank, secondsPerFrame: model.downsampleRate / model.sampleRate }),
    );

    return { ...moduleOf({}), name: 'speech-to-text-ctc', model, train, valid, test: isGreedy ? valid : searched, predict, graph };
  },
});
