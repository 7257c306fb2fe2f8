import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorGraph } from '../graph/tensor-graph.ts';
import { type Downstream, type FrameSpec, inference, type Mode } from '../model.ts';
import { randomStream } from '../random.ts';
import type { Embeddings, Frames } from '../sequences.ts';
import { expectClose, expectGradients, expectNoLeak, expectStateRoundTrip } from './expectations.ts';
import { alone, framesOf, inGraph } from './toy-sequences.ts';

/**
 * What every downstream model must do, as vitest tests; call it inside a `describe`.
 *
 * @param build makes the model for frames of five features, the same weights each time
 */
export function testDownstream({ build }: { readonly build: (input: FrameSpec) => Downstream<Frames> | Downstream<Embeddings> }): void {
  const spec: FrameSpec = { size: 5, downsampleRate: 160 };
  const training: Mode = { training: true, random: randomStream('test') };
  let model: Downstream<Frames | Embeddings>;
  let lengths: number[];
  beforeAll(() => {
    model = build(spec);
    lengths = [(model.minFrames ?? 1) + 9, model.minFrames ?? 1, (model.minFrames ?? 1) + 4];
  });
  afterAll(() => model?.dispose());

  const valuesOf = (output: Frames | Embeddings): tf.Tensor => ('values' in output ? output.values : output);

  test('says what it takes and gives as many features as it says', () => {
    expect(model.input).toEqual(spec);
    const output = model.forward(framesOf(lengths, spec.size), training);
    expect(valuesOf(output).shape.at(-1)).toBe(model.outputSize);
    expect(valuesOf(output).shape[0]).toBe(lengths.length);
    expect(valuesOf(output).dataSync().every(Number.isFinite)).toBe(true);
  });

  test('gives an utterance the same alone and padded in a batch', () => {
    const frames = framesOf(lengths, spec.size);
    const batch = model.forward(frames, inference);
    lengths.forEach((_, row) => {
      const single = model.forward(alone(frames, row), inference);
      const padded = 'values' in batch ? alone(batch, row).values : tf.slice(batch, [row, 0], [1, -1]);
      expectClose(padded, valuesOf(single), 1e-4);
    });
  });

  test('every trainable weight gets a gradient', () => {
    const frames = framesOf(lengths, spec.size);
    expectGradients(model, () => tf.mean(tf.square(valuesOf(model.forward(frames, training)))) as tf.Scalar);
  });

  test('keeps its state', () => {
    const fresh = build(spec);
    expectStateRoundTrip(model, fresh);
    fresh.dispose();
  });

  test('says in a graph what it does, if it can be exported', () => {
    if (!model.graph) return;
    const frames = framesOf(lengths, spec.size);
    const given = inGraph(frames);
    const output = model.forward(frames, inference);
    const described = model.graph(tensorGraph, given);
    if (!('values' in output) || !('values' in described)) {
      expectClose(described as tf.Tensor, output as Embeddings, 1e-4);
      return;
    }
    expect(Array.from(described.lengths.dataSync())).toEqual(output.lengths);
    lengths.forEach((_, row) => {
      const shown = { values: described.values as tf.Tensor3D, lengths: output.lengths };
      expectClose(alone(shown, row).values, alone(output, row).values, 1e-4);
    });
  });

  test('leaves no tensors behind', async () => {
    const frames = framesOf(lengths, spec.size);
    await expectNoLeak(() => tf.tidy(() => void model.forward(frames, inference)));
  });
}
