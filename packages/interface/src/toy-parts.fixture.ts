import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { defineComponent } from './component.ts';
import { affine, linear } from './layers.ts';
import {
  connect,
  type Featurizer,
  type FrameModel,
  type FrameSpec,
  type Upstream,
  type UtteranceModel,
  type WaveformModel,
} from './model.ts';
import { moduleOf } from './modules.ts';
import { outputsOf } from './outputs-of.ts';
import { randomStream } from './random.ts';
import type { Embeddings, Frames, Waveforms } from './sequences.ts';
import { definePhase, defineTrainPhase, type Task } from './task.ts';
import { lengthMask } from './tensors.ts';
import { batchesOf } from './testing/batches-of.ts';
import { waveformsOf } from './testing/toy-sequences.ts';

/** Two layers: blocks of 160 samples, and their products with a fixed matrix. */
export const toyUpstream = defineComponent({
  name: 'toy-upstream',
  config: z.object({ scale: z.number().default(1).describe('factor of every sample') }),
  build(_wiring: { readonly cacheDir: string }, { scale }): Upstream {
    const layers: FrameSpec[] = [
      { size: 160, downsampleRate: 160 },
      { size: 160, downsampleRate: 160 },
    ];
    const mixing = tf.tidy(() => tf.keep(tf.sin(tf.reshape(tf.range(0, 160 * 160), [160, 160])))) as tf.Tensor2D;
    return {
      ...moduleOf({}),
      sampleRate: 16_000,
      layers,
      extract: async ({ values, lengths }) => {
        const frames = lengths.map((samples) => Math.ceil(samples / 160));
        const steps = Math.max(...frames);
        const [first, second] = tf.tidy(() => {
          const blocks = tf.reshape(
            tf.pad(values, [
              [0, 0],
              [0, steps * 160 - values.shape[1]],
            ]),
            [lengths.length, steps, 160],
          );
          const scaled = tf.mul(blocks, scale);
          return [scaled, affine(scaled, mixing)];
        }) as [tf.Tensor3D, tf.Tensor3D];
        return [
          { values: first, lengths: frames },
          { values: second, lengths: frames },
        ];
      },
    };
  },
});

export const toyFeaturizer = defineComponent({
  name: 'toy-featurizer',
  config: z.object({}),
  build(layers: readonly FrameSpec[]): Featurizer {
    const weights = tf.variable(tf.zeros([layers.length])) as tf.Variable<tf.Rank.R1>;
    return {
      ...moduleOf({ weights }),
      output: layers[0]!,
      forward: (states) => ({
        lengths: states[0]!.lengths,
        values: tf.tidy(() => {
          const shares = tf.unstack(tf.softmax(weights));
          return tf.addN(states.map(({ values }, index) => tf.mul(values, shares[index]!))) as tf.Tensor3D;
        }),
      }),
    };
  },
});

/** Mean over valid frames, then a linear layer. */
export const toyPooling = defineComponent({
  name: 'toy-pooling',
  config: z.object({ outputSize: z.int().positive().default(4).describe('features of an embedding') }),
  build(input: FrameSpec, { outputSize }, { seed }): UtteranceModel {
    const projection = linear(input.size, outputSize, randomStream(seed, 'toy-pooling'));
    return {
      ...moduleOf({ projection }),
      input,
      outputSize,
      forward: ({ values, lengths }) =>
        tf.tidy(() => {
          const mask = tf.expandDims(lengthMask(lengths, values.shape[1]), -1);
          const mean = tf.div(tf.sum(tf.mul(values, mask), 1), tf.reshape(tf.tensor1d([...lengths]), [-1, 1]));
          return projection.forward(mean) as Embeddings;
        }),
    };
  },
});

/** A linear layer on every frame. */
export const toyFrameModel = defineComponent({
  name: 'toy-frame-model',
  config: z.object({}),
  build(input: FrameSpec, _config, { seed }): FrameModel {
    const projection = linear(input.size, 3, randomStream(seed, 'toy-frame-model'));
    return {
      ...moduleOf({ projection }),
      input,
      outputSize: 3,
      forward: ({ values, lengths }): Frames => ({ lengths, values: projection.forward(values) }),
    };
  },
});

export interface ToyBatch {
  readonly waveforms: Waveforms;
  readonly targets: readonly number[];
}

/** Learns to answer each utterance's number. */
export const toyTask = defineComponent({
  name: 'toy-task',
  config: z.object({}),
  build({ model }: { readonly model: WaveformModel<Embeddings> }): Task<ToyBatch, ToyBatch, { error: number }> {
    const head = linear(model.outputSize, 1, randomStream('toy-task'));
    const answer = (embeddings: Embeddings) => tf.reshape(head.forward(embeddings), [-1]) as tf.Tensor1D;
    return {
      ...moduleOf({ head }),
      name: 'toy-task',
      model,
      train: defineTrainPhase({
        prepare: ({ waveforms }: ToyBatch) => model.prepare(waveforms),
        step: ({ targets }, input, mode) => {
          const difference = tf.sub(answer(model.forward(input, mode)), tf.tensor1d([...targets]));
          return { loss: tf.mean(tf.square(difference)) as tf.Scalar };
        },
        collect: (fields) => fields,
        reduce: ({ loss }) => ({ log: { loss: loss[0]! } }),
      }),
      test: definePhase({
        prepare: ({ waveforms }: ToyBatch) => model.prepare(waveforms),
        step: (_batch, input, mode) => ({ answers: answer(model.forward(input, mode)) }),
        collect: ({ answers }, { targets }) => ({ errors: answers.map((value, row) => Math.abs(value - targets[row]!)) }),
        reduce: ({ errors }) => ({ log: { error: Math.max(...errors) } }),
      }),
      async predict(waveforms) {
        const { answers } = await outputsOf(model, waveforms, (input, mode) => ({ answers: answer(model.forward(input, mode)) }));
        return answers;
      },
    };
  },
});

export const toyBatches = batchesOf<ToyBatch>(
  () => ({ waveforms: waveformsOf([1600, 900], '0'), targets: [0, 1] }),
  () => ({ waveforms: waveformsOf([1600, 900], '1'), targets: [1, 1] }),
);

export function toyModel(seed = 0): WaveformModel<Embeddings> {
  const upstream = toyUpstream({ cacheDir: '' }, {}, { seed });
  const featurizer = toyFeaturizer(upstream.layers, {}, { seed });
  return connect(upstream, featurizer, toyPooling(featurizer.output, {}, { seed }));
}
