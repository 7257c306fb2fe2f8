import { defineComponent, type FrameSpec, type Frames, type Mode, moduleOf, randomStream, type UtteranceModel } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import { dropout } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv1d } from '../layers/conv1d.ts';
import { graphMaxPool, maxPool } from '../layers/max-pool.ts';
import { attentiveHead } from './attentive-head.ts';

/** Frames that all windows together take away. */
const framesTaken = 31;

/**
 * S3PRL's emotion classifier `DeepNet`: a linear layer, eight small convolutions with maxima and batch normalization between
 * them, attention over time, two linear layers.
 *
 * Every window lies within its utterance, and frames behind its end count neither in the statistics of a batch nor in the
 * attention, so an utterance scores the same alone and in any batch; in the original it depends on the batch's longest one. Needs 32 frames.
 *
 * @param wiring `outputSize`: number of classes
 */
export const deepNetClassifier = defineComponent({
  name: 'deep-net-classifier',
  config: z.object({
    projectorSize: z.int().positive().default(256).describe('features after the first linear layer'),
    dropout: z.number().min(0).lt(1).default(0.4).describe('share of values that are zeroed after each of the three groups, in training'),
  }),
  build(
    { input, outputSize }: { readonly input: FrameSpec; readonly outputSize: number },
    { projectorSize, dropout: rate },
    { seed },
  ): UtteranceModel {
    const random = randomStream(seed, 'deep-net-classifier');
    const projector = linear(input.size, projectorSize, random);
    const convolution = (inputSize: number, channels: number, kernelSize: number) =>
      conv1d({ inputSize, outputSize: channels, kernelSize, padEdges: false }, random);
    // convolutions, then frames of the maximum
    const groups = [
      { convolutions: [convolution(projectorSize, 10, 9), convolution(10, 10, 5), convolution(10, 10, 3)], window: 3 },
      { convolutions: [convolution(10, 40, 3), convolution(40, 40, 3)], window: 2 },
      { convolutions: [convolution(40, 80, 10), convolution(80, 80, 1)], window: 2 },
    ];
    const norms = [10, 40, 80].map((size) => batchNorm(size, { affine: false }));
    const last = convolution(80, 80, 1);
    const head = attentiveHead({ inputSize: 80, hiddenSize: 30, outputSize }, random);
    // the places that the original's sequence gives them
    const sequence = [...groups.flatMap(({ convolutions }, index) => [...convolutions, norms[index]!]), last];
    const places = [0, 2, 4, 6, 9, 11, 13, 16, 18, 20, 23];
    const model = moduleOf({
      model_seq: moduleOf(Object.fromEntries(sequence.map((layer, index) => [String(places[index]), layer]))),
      ...head.modules,
    });

    function frames({ values, lengths }: Frames, mode: Mode): Frames {
      let x = projector.forward(values);
      for (const [index, { convolutions, window }] of groups.entries()) {
        convolutions.forEach((layer, place) => {
          x = layer.forward(place > 0 ? tf.relu(x) : x);
        });
        x = maxPool(x, window, 1);
        const left = lengths.map((length) => length - (values.shape[1] - x.shape[1]));
        x = tf.relu(norms[index]!.forward(x, mode, left));
        if (mode.training) x = dropout(x, rate, mode.random);
      }
      return { values: last.forward(x), lengths: lengths.map((length) => length - framesTaken) };
    }
    return {
      ...moduleOf({ projector, model: moduleOf({ model }) }),
      input,
      outputSize,
      minFrames: framesTaken + 1,
      forward: (given, mode) => tf.tidy(() => head.forward(frames(given, mode))),
      graph(operations, { values, lengths }) {
        let x = operations.affine(values, projector.weight, projector.bias);
        for (const [index, { convolutions, window }] of groups.entries()) {
          convolutions.forEach((layer, place) => {
            x = layer.graph(operations, place > 0 ? operations.relu(x) : x);
          });
          x = operations.relu(norms[index]!.graph(operations, graphMaxPool(operations, x, window, 1)));
        }
        return head.graph(operations, { values: last.graph(operations, x), lengths: operations.subtract(lengths, framesTaken) });
      },
    };
  },
});
