import {
  defineComponent,
  type FrameModel,
  type FrameSpec,
  type Frames,
  InputError,
  type Mode,
  type Module,
  moduleOf,
  type Random,
  randomStream,
  settingPath,
} from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import { linear, weightOf } from '@s3/interface/layers';
import { dropout, layerNorm } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { RecurrentKind } from '../recurrence/recurrent-kernel.ts';
import { recurrentLayer } from '../recurrence/recurrent-layer.ts';
import { type DownsampleStyle, downsampleFrames, graphDownsample } from './downsample-frames.ts';

const oneForAll = 'one value for each layer, or one for all';

/**
 * SUPERB's recurrent encoder for sequences: a projection, recurrent layers, a linear layer on every frame.
 *
 * Each recurrent layer is followed by layer normalization, dropout, down-sampling and a projection with tanh, as set.
 * With 'concat' a layer has as many times the features as it joins frames; S3PRL counts on twice whatever the rate.
 *
 * The defaults are those of SUPERB's speech recognition.
 *
 * @param wiring `outputSize`: features of the output, such as the number of tokens
 * @throws InputError when a list has neither one value nor one for each layer
 */
export const rnnEncoder = defineComponent({
  name: 'rnn-encoder',
  config: z.object({
    module: z.enum(['LSTM', 'GRU', 'RNN']).default('LSTM').describe('kind of the recurrent layers'),
    projectionSize: z.int().positive().default(1024).describe('features that the first projection makes of those of the upstream'),
    hiddenSizes: z.array(z.int().positive()).min(1).default([1024, 1024]).describe('features of each recurrent layer and direction'),
    dropout: z
      .array(z.number().min(0).lt(1))
      .min(1)
      .default([0.2])
      .describe(`probability of zeroing a value after a layer while training; ${oneForAll}`),
    layerNorm: z.array(z.boolean()).min(1).default([false]).describe(`layer normalization after a layer; ${oneForAll}`),
    projection: z.array(z.boolean()).min(1).default([false]).describe(`projection with tanh after a layer; ${oneForAll}`),
    downsampling: z.array(z.int().positive()).min(1).default([1]).describe(`frames that become one after a layer; ${oneForAll}`),
    downsampleStyle: z.enum(['drop', 'concat']).default('concat').describe('keep the first of these frames, or join them'),
    bidirectional: z.boolean().default(true).describe('recurrent layers read forwards and backwards'),
  }),
  build({ input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number }, config, { seed }): FrameModel {
    const random = randomStream(seed, 'rnn-encoder');
    const project = linear(input.size, config.projectionSize, random);
    const ofLayer = <Value>(
      name: 'dropout' | 'layerNorm' | 'projection' | 'downsampling',
      values: readonly Value[],
      layer: number,
    ): Value => {
      if (values.length !== 1 && values.length !== config.hiddenSizes.length) {
        throw new InputError(
          settingPath(config, name),
          `${values.length} values`,
          `1, or ${config.hiddenSizes.length} for the layers of hiddenSizes`,
          'Give one value for each layer.',
        );
      }
      return values[values.length === 1 ? 0 : layer]!;
    };
    let size = config.projectionSize;
    const layers = config.hiddenSizes.map((hiddenSize, layer) => {
      const built = encoderLayer(
        {
          inputSize: size,
          hiddenSize,
          module: config.module,
          bidirectional: config.bidirectional,
          dropout: ofLayer('dropout', config.dropout, layer),
          layerNorm: ofLayer('layerNorm', config.layerNorm, layer),
          projection: ofLayer('projection', config.projection, layer),
          downsampling: ofLayer('downsampling', config.downsampling, layer),
          downsampleStyle: config.downsampleStyle,
        },
        random,
      );
      size = built.outputSize;
      return built;
    });
    const final = linear(size, outputSize, random);
    return {
      ...moduleOf({
        proj: project,
        rnns: moduleOf(Object.fromEntries(layers.map((layer, index) => [String(index), layer]))),
        linear: final,
      }),
      input,
      outputSize,
      minFrames: layers.reduce((product, { downsampling }) => product * downsampling, 1),
      forward({ values, lengths }, mode) {
        let reached = lengths;
        const outputs = tf.tidy(() => {
          const longest = Math.max(...lengths);
          const valid = longest < values.shape[1] ? tf.slice(values, [0, 0, 0], [-1, longest, -1]) : values;
          let frames: Frames = { values: project.forward(valid), lengths };
          for (const layer of layers) frames = layer.forward(frames, mode);
          reached = frames.lengths;
          return final.forward(frames.values);
        });
        return { values: outputs, lengths: reached };
      },
      graph(operations, { values, lengths }) {
        const valid = operations.slice(values, 1, 0, operations.max(lengths, 0));
        const projected = { values: operations.affine(valid, project.weight, project.bias), lengths };
        const reached = layers.reduce((frames, layer) => layer.graph(operations, frames), projected as GraphSequence<typeof values>);
        return { values: operations.affine(reached.values, final.weight, final.bias), lengths: reached.lengths };
      },
    };
  },
});

interface LayerShape {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly module: RecurrentKind;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly layerNorm: boolean;
  readonly projection: boolean;
  readonly downsampling: number;
  readonly downsampleStyle: DownsampleStyle;
}

interface EncoderLayer extends Module {
  readonly outputSize: number;
  readonly downsampling: number;
  readonly forward: (frames: Frames, mode: Mode) => Frames;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => GraphSequence<T>;
}

/** One recurrent layer and what follows it. */
function encoderLayer(shape: LayerShape, random: Random): EncoderLayer {
  const { downsampling, downsampleStyle: style } = shape;
  const recurrent = recurrentLayer(shape, shape.module, random);
  const norm = shape.layerNorm && { weight: weightOf(tf.ones([recurrent.outputSize])), bias: weightOf(tf.zeros([recurrent.outputSize])) };
  const outputSize = recurrent.outputSize * (style === 'concat' ? downsampling : 1);
  const projection = shape.projection && linear(outputSize, outputSize, random);
  return {
    ...moduleOf({ layer: recurrent, ...(norm && { ln_layer: moduleOf(norm) }), ...(projection && { pj_layer: projection }) }),
    outputSize,
    downsampling,
    graph(operations, { values, lengths }) {
      const output = recurrent.graph(operations, { values, lengths });
      const weights = norm && { weight: norm.weight as tf.Tensor1D, bias: norm.bias as tf.Tensor1D, epsilon: 1e-5 };
      const normal = weights ? operations.layerNorm(output, weights) : output;
      const frames = graphDownsample(operations, { values: normal, lengths }, downsampling, style);
      if (!projection) return frames;
      return { ...frames, values: operations.tanh(operations.affine(frames.values, projection.weight, projection.bias)) };
    },
    forward({ values, lengths }, mode) {
      let output = recurrent.forward({ values, lengths });
      if (norm) output = layerNorm(output, norm.weight as tf.Variable<tf.Rank.R1>, norm.bias as tf.Variable<tf.Rank.R1>);
      if (mode.training) output = dropout(output, shape.dropout, mode.random);
      const frames = downsampleFrames({ values: output, lengths }, downsampling, style);
      return projection ? { ...frames, values: tf.tanh(projection.forward(frames.values)) } : frames;
    },
  };
}
