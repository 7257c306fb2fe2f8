import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorGraph } from '../graph/tensor-graph.ts';
import { type Featurizer, type FrameSpec, inference } from '../model.ts';
import { expectClose, expectGradients, expectNoLeak, expectStateRoundTrip } from './expectations.ts';
import { alone, framesOf, inGraph } from './toy-sequences.ts';

/**
 * What every featurizer must do, as vitest tests; call it inside a `describe`.
 *
 * @param build makes the featurizer for three layers of five features
 */
export function testFeaturizer({ build }: { readonly build: (layers: readonly FrameSpec[]) => Featurizer }): void {
  const specs: FrameSpec[] = Array.from({ length: 3 }, () => ({ size: 5, downsampleRate: 320 }));
  const lengths = [7, 4];
  const layers = () => specs.map(({ size }, index) => framesOf(lengths, size, `layer ${index}`));
  let featurizer: Featurizer;
  beforeAll(() => {
    featurizer = build(specs);
  });
  afterAll(() => featurizer?.dispose());

  test('gives one sequence of its own spec, lengths kept', () => {
    const frames = featurizer.forward(layers(), inference);
    expect(frames.lengths).toEqual(lengths);
    expect(frames.values.shape).toEqual([2, 7, featurizer.output.size]);
    expect(featurizer.output.downsampleRate).toBe(320);
  });

  test('gives an utterance the same alone and padded in a batch', () => {
    const batch = featurizer.forward(layers(), inference);
    const single = featurizer.forward(
      layers().map((layer) => alone(layer, 1)),
      inference,
    );
    expectClose(alone(batch, 1).values, single.values, 1e-5);
  });

  test('needs no layers but those it says it reads', () => {
    const { reads } = featurizer;
    if (!reads) return;
    const given = layers().map((layer, index) => (reads.includes(index) ? layer : { ...layer, values: tf.tensor3d([], [2, 0, 5]) }));
    expectClose(featurizer.forward(given, inference).values, featurizer.forward(layers(), inference).values, 1e-6);
  });

  test('every trainable weight gets a gradient', () => {
    const target = framesOf(lengths, featurizer.output.size, 'target').values;
    expectGradients(featurizer, () => tf.sum(tf.mul(featurizer.forward(layers(), inference).values, target)) as tf.Scalar);
  });

  test('keeps its state', () => {
    const fresh = build(specs);
    expectStateRoundTrip(featurizer, fresh);
    fresh.dispose();
  });

  test('says in a graph what it does, if it can be exported', () => {
    if (!featurizer.graph) return;
    const { values, lengths: kept } = featurizer.graph(tensorGraph, layers().map(inGraph));
    expect(Array.from(kept.dataSync())).toEqual(lengths);
    const wanted = featurizer.forward(layers(), inference);
    lengths.forEach((_, row) => {
      expectClose(alone({ values: values as tf.Tensor3D, lengths }, row).values, alone(wanted, row).values, 1e-4);
    });
  });

  test('leaves no tensors behind', async () => {
    const input = layers();
    await expectNoLeak(() => tf.tidy(() => void featurizer.forward(input, inference)));
  });
}
