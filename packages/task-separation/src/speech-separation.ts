import {
  defineComponent,
  definePhase,
  defineTrainPhase,
  type Frames,
  type HostFields,
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
  WiringError,
} from '@s3/interface';
import { taskGraph } from '@s3/interface/graph';
import { mean, paddedWaveforms } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { pieceJoiner, recordingSettings } from './join-pieces.ts';
import { judgeSources } from './judge-sources.ts';
import { magnitudesOf, maskLoss, maskTarget } from './mask-loss.ts';
import { matchSpectrumFrames } from './match-spectrum-frames.ts';
import { type JudgedMixture, type SeparationLog, separationReport } from './separation-report.ts';
import { type Spectrum, shortTimeFourier } from './short-time-fourier.ts';
import { siSdrLoss } from './si-sdr.ts';
import { sourceOrders } from './source-orders.ts';

/** Mixtures with what they were mixed of. */
export interface SeparationBatch {
  /** the mixtures */
  readonly waveforms: Waveforms;
  /** (batch,) names of the mixtures */
  readonly utterances: readonly string[];
  /** (batch, sources, samples), as many samples as the mixture has */
  readonly sources: readonly (readonly Float32Array[])[];
}

/** The task `speechSeparation`. */
export type SeparationTask = Task<SeparationBatch, SeparationBatch, SeparationLog, void, readonly Float32Array[]>;

interface Prepared {
  readonly input: ModelInput;
  readonly mixture: Spectrum;
  /** (batch, frames, bins), on the scale of the loss */
  readonly magnitude: tf.Tensor3D;
  /** of each source: masked magnitudes to come near to, or waveforms */
  readonly targets: readonly tf.Tensor[];
}

/**
 * Enhancement and separation of speech: a mask over the mixture's spectrum for each source, and the mixture's phase.
 *
 * Sources have no natural order, so the loss of a mixture is that of their best order (utterance-level permutation-invariant training);
 * with a single source, such as the speech in noise, there is one order. Results are judged as waveforms.
 *
 * Predicts the waveforms of the sources; recordings of any length become sound in chunks.
 *
 * Kolbæk et al., "Multitalker Speech Separation with Utterance-Level Permutation Invariant Training of Deep Recurrent Neural Networks", 2017.
 *
 * @param wiring `model` gives for each frame a number for each bin of the first source, then of the next; `sources` names them
 * @throws WiringError where the outputs of the model are no spectra of that many sources
 * @throws InputError for more than five sources, or a window that does not fit
 */
export const speechSeparation = defineComponent({
  name: 'speech-separation',
  config: z.object({
    windowSize: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe('samples of the Hann window of a spectrum; null: as many as its transform has'),
    activation: z.enum(['relu', 'sigmoid', 'tanh', 'none']).default('relu').describe("what makes masks of the model's outputs"),
    loss: z
      .enum(['mse', 'l1', 'si-sdr'])
      .default('mse')
      .describe('what training lowers: squared or absolute differences of masked magnitudes, or the negative SI-SDR of waveforms'),
    target: z
      .enum(['magnitude', 'phase-sensitive', 'non-negative-phase-sensitive'])
      .default('non-negative-phase-sensitive')
      .describe(
        'what masked magnitudes are to be: those of the source (S3PRL: AM), times the cosine of its angle to the mixture (PSM), not below 0 (NPSM)',
      ),
    scale: z.enum(['linear', 'log1p']).default('linear').describe('masks multiply magnitudes, or the logarithm of 1 + magnitude'),
    recordings: recordingSettings.prefault({}).describe('how recordings of any length become sound'),
  }),
  build({ model, sources: names }: { readonly model: WaveformModel<Frames>; readonly sources: readonly string[] }, config): SeparationTask {
    sourceOrders(names.length); // refuses more sources than there is a loss for
    const { loss: kind, scale, target } = config;
    if (target === 'phase-sensitive' && scale === 'log1p' && kind !== 'si-sdr') {
      const remedy = 'Choose non-negative-phase-sensitive, or a linear scale.';
      throw new InputError(settingPath(config, 'target'), target, 'targets that have a logarithm, with scale log1p', remedy);
    }
    const bins = model.outputSize / names.length;
    const fftSize = 2 * (bins - 1);
    if (!Number.isInteger(bins) || bins < 2) {
      throw new WiringError(
        'the model',
        `has ${model.outputSize} outputs`,
        `${names.length} sources need as many bins each; give it a multiple`,
      );
    }
    const shape = { fftSize, windowSize: config.windowSize ?? fftSize, hopSize: model.downsampleRate };
    const fourier = shortTimeFourier(shape, settingPath(config, 'windowSize'));
    const activation = activations[config.activation];

    /** A mask for each source, (batch, frames, bins). */
    function masksOf({ input, mixture }: Pick<Prepared, 'input' | 'mixture'>, mode: Mode): tf.Tensor3D[] {
      const masks = activation(matchSpectrumFrames(model.forward(input, mode), mixture.lengths));
      // the gradient of a split into one has nothing to join
      return names.length === 1 ? [masks] : tf.split(masks, names.length, -1);
    }

    /** The waveform of each source, (batch, samples). */
    function soundsOf(masks: readonly tf.Tensor3D[], mixture: Spectrum, magnitude: tf.Tensor3D, samples: readonly number[]): tf.Tensor2D[] {
      return masks.map((mask) =>
        tf.tidy(() => {
          // of the scaled magnitude the mask leaves a share; the phase stays
          const gain = scale === 'linear' ? mask : tf.div(tf.expm1(tf.mul(mask, magnitude)), tf.add(tf.expm1(magnitude), 1e-10));
          const masked = { real: tf.mul(mixture.real, gain), imaginary: tf.mul(mixture.imaginary, gain), lengths: mixture.lengths };
          return fourier.inverse(masked as Spectrum, samples);
        }),
      );
    }

    async function prepare({ waveforms, utterances, sources }: SeparationBatch): Promise<Prepared> {
      sources.forEach((own, row) => void refuseOthers(utterances[row]!, own, names, waveforms.lengths[row]!));
      const input = await model.prepare(waveforms);
      const mixture = fourier.forward(waveforms);
      const targets = names.map((_, source) =>
        tf.tidy(() => {
          const waves = paddedWaveforms(sources.map((own) => own[source]!));
          return kind === 'si-sdr' ? waves.values : maskTarget(mixture, fourier.forward(waves), { target, scale });
        }),
      );
      return { input, mixture, magnitude: magnitudesOf(mixture, scale), targets };
    }

    const lossOf = (masks: readonly tf.Tensor3D[], { mixture, magnitude, targets }: Prepared, samples: readonly number[]): tf.Scalar =>
      kind === 'si-sdr'
        ? siSdrLoss(soundsOf(masks, mixture, magnitude, samples), targets as tf.Tensor2D[], samples)
        : maskLoss(masks, { mixture: magnitude, targets: targets as tf.Tensor3D[], lengths: mixture.lengths }, kind);

    const train = defineTrainPhase({
      prepare,
      step: ({ waveforms }: SeparationBatch, prepared: Prepared, mode: Mode) => ({
        loss: lossOf(masksOf(prepared, mode), prepared, waveforms.lengths),
      }),
      collect: ({ loss }: { loss: number }) => ({ losses: loss }),
      reduce: ({ losses }) => ({ log: { loss: mean(losses) } }),
    });
    const heard = {
      prepare,
      step({ waveforms }: SeparationBatch, prepared: Prepared, mode: Mode) {
        const masks = masksOf(prepared, mode);
        const { lengths } = waveforms;
        const sounds = soundsOf(masks, prepared.mixture, prepared.magnitude, lengths);
        return {
          loss: lossOf(masks, prepared, lengths),
          // (batch, samples, 1)
          mixtures: { values: tf.expandDims<tf.Tensor3D>(waveforms.values, -1), lengths },
          sounds: stacked(sounds),
        };
      },
    };
    const judging = definePhase({
      ...heard,
      collect: ({ loss, mixtures, sounds }: HostFields<ReturnType<typeof heard.step>>, { utterances, sources }: SeparationBatch) => ({
        losses: loss,
        mixtures: utterances.map((utterance, row): JudgedMixture => {
          const { values: mixture, frames: samples } = mixtures[row]!;
          const estimates = rowsOf(sounds[row]!, samples);
          return { utterance, ...judgeSources({ mixture, references: sources[row]!, estimates, sampleRate: model.sampleRate }) };
        }),
      }),
      reduce: ({ losses, mixtures }) => separationReport(mixtures, losses),
    });

    async function predict(waveforms: Waveforms): Promise<readonly (readonly Float32Array[])[]> {
      const { sounds } = await outputsOf(model, waveforms, (input, mode) => {
        const mixture = fourier.forward(waveforms);
        const each = soundsOf(masksOf({ input, mixture }, mode), mixture, magnitudesOf(mixture, scale), waveforms.lengths);
        return { sounds: stacked(each) };
      });
      return sounds.map((sequence, row) => rowsOf(sequence, waveforms.lengths[row]!));
    }
    const join = pieceJoiner(async (chunk) => {
      const waveforms = paddedWaveforms([chunk]);
      const [sources] = await predict(waveforms).finally(() => waveforms.values.dispose());
      return sources!;
    }, config.recordings);

    return {
      ...moduleOf({}),
      name: 'speech-separation',
      model,
      graph: taskGraph(
        model,
        (operations, { values, lengths }) => ({
          masks: {
            value: config.activation === 'none' ? values : operations[config.activation](values),
            axes: ['batch', 'frames', model.outputSize],
          },
          frame_lengths: { value: lengths, axes: ['batch'] },
        }),
        () => ({ sources: names, ...shape, scale }),
      ),
      train,
      test: judging,
      predict,
      sound: { outputs: names, pieces: (recording, { onProgress } = {}) => join(recording, onProgress) },
    };
  },
});

const activations = { relu: tf.relu, sigmoid: tf.sigmoid, tanh: tf.tanh, none: <T extends tf.Tensor>(x: T) => x };

/** (batch, sources, samples), none of which is padding. */
const stacked = (sounds: readonly tf.Tensor2D[]): Frames => ({
  values: tf.stack([...sounds], 1) as tf.Tensor3D,
  lengths: Array.from({ length: sounds[0]!.shape[0] }, () => sounds.length),
});

/** The waveform of each source of one mixture, (samples,). */
const rowsOf = ({ values, frames, features }: Sequence, samples: number): Float32Array[] =>
  Array.from({ length: frames }, (_, source) => values.slice(source * features, source * features + samples));

/** @throws InputError for a mixture of other sources, or of other lengths, than the task is made for */
function refuseOthers(utterance: string, own: readonly Float32Array[], names: readonly string[], samples: number): void {
  if (own.length !== names.length) {
    throw new InputError(
      utterance,
      `${own.length} sources`,
      `${names.length}: ${names.join(', ')}`,
      'Build the task for the sources that there are.',
    );
  }
  const other = own.findIndex((source) => source.length !== samples);
  if (other < 0) return;
  throw new InputError(
    utterance,
    `${own[other]!.length} samples of ${names[other]}`,
    `${samples}, as many as the mixture has`,
    'Give the sources as they were mixed, at the rate of the mixture.',
  );
}
