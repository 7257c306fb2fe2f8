import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorGraph } from '../graph/tensor-graph.ts';
import { inference, type Upstream } from '../model.ts';
import { expectClose, expectGradients, expectNoLeak, expectStateRoundTrip, graphUnlessRefused } from './expectations.ts';
import { alone, inGraph, waveformsOf } from './toy-sequences.ts';

/**
 * What every upstream must do, as vitest tests; call it inside a `describe`.
 */
export function testUpstream({
  build,
  paddingTolerance = 1e-4,
}: {
  /** makes the upstream, the same weights each time */
  readonly build: () => Upstream | Promise<Upstream>;
  /**
   * how far an utterance alone and padded may differ, relative to its largest value;
   * `null` where the architecture itself depends on padding (group norm over time)
   */
  readonly paddingTolerance?: number | null;
}): void {
  let upstream: Upstream;
  const lengthsSeconds = [1, 0.6, 0.06];
  const lengths = () => lengthsSeconds.map((seconds) => Math.round(seconds * upstream.sampleRate));
  beforeAll(async () => {
    upstream = await build();
  });
  afterAll(() => upstream?.dispose());

  test('gives every layer its spec, with S3PRL lengths: floor((samples - 1) / downsampleRate) + 1 frames', async () => {
    const waveforms = waveformsOf(lengths());
    const layers = await upstream.extract(waveforms);
    expect(layers.length).toBe(upstream.layers.length);
    layers.forEach((layer, index) => {
      const { size, downsampleRate } = upstream.layers[index]!;
      expect(layer.lengths).toEqual(lengths().map((samples) => Math.floor((samples - 1) / downsampleRate) + 1));
      expect(layer.values.shape).toEqual([lengths().length, Math.max(...layer.lengths), size]);
      expect(layer.values.dataSync().every(Number.isFinite)).toBe(true);
    });
  });

  test.skipIf(paddingTolerance === null)('gives an utterance the same alone and padded in a batch', async () => {
    const waveforms = waveformsOf(lengths());
    const batch = await upstream.extract(waveforms);
    for (let row = 1; row < lengths().length; row++) {
      const single = { values: tf.slice(waveforms.values, [row, 0], [1, lengths()[row]!]), lengths: [lengths()[row]!] };
      const layers = await upstream.extract(single);
      layers.forEach((layer, index) => {
        const padded = alone(batch[index]!, row);
        // the last frames are completed by rules of their own (trimmed or repeated), which see the batch's longest
        const shared = layer.lengths[0]! - 3;
        if (shared > 0) {
          const cut = (values: tf.Tensor3D) => tf.slice(values, [0, 0, 0], [1, shared, -1]);
          expectClose(cut(padded.values), cut(layer.values), paddingTolerance!);
        }
      });
    }
  });

  test('gives the same twice', async () => {
    const waveforms = waveformsOf([upstream.sampleRate / 2]);
    const [first, second] = [await upstream.extract(waveforms), await upstream.extract(waveforms)];
    expect(second.map(({ values }) => values.dataSync())).toEqual(first.map(({ values }) => values.dataSync()));
  });

  test('gives a layer that is asked for by itself as it gives it among all', async () => {
    const waveforms = waveformsOf([upstream.sampleRate / 2]);
    const all = await upstream.extract(waveforms);
    for (const wanted of [0, all.length - 1]) {
      const layers = await upstream.extract(waveforms, [wanted]);
      expect(layers.length).toBe(all.length);
      expect(layers[wanted]!.lengths).toEqual(all[wanted]!.lengths);
      expectClose(layers[wanted]!.values, all[wanted]!.values, 1e-5);
    }
  });

  test('says in a graph what it does, if it can be exported', async () => {
    if (!upstream.graph) return;
    for (const seconds of [[0.35, 0.2, 0.03], [0.02]]) {
      const waveforms = waveformsOf(seconds.map((length) => Math.round(length * upstream.sampleRate)));
      const wanted = await upstream.extract(waveforms);
      const described = graphUnlessRefused(() => upstream.graph!(tensorGraph, inGraph(waveforms)));
      if (!described) return;
      described.forEach(({ values, lengths: frames }, layer) => {
        expect(Array.from(frames.dataSync())).toEqual(wanted[layer]!.lengths);
        expectClose(values, wanted[layer]!.values, 1e-3);
      });
    }
  });

  test('leaves no tensors behind', async () => {
    const waveforms = waveformsOf([upstream.sampleRate / 4]);
    await expectNoLeak(async () => tf.dispose((await upstream.extract(waveforms)) as never));
    await expectNoLeak(async () => tf.dispose((await upstream.extract(waveforms, [0])) as never));
  });

  test('keeps its state', async () => {
    const fresh = await build();
    expectStateRoundTrip(upstream, fresh);
    fresh.dispose();
  });

  test('can be trained where it says so', () => {
    if (!upstream.forward) {
      expect(upstream.trainable).toEqual([]);
      return;
    }
    const waveforms = waveformsOf([upstream.sampleRate / 4]);
    expectGradients(upstream, () => {
      const squares = upstream.forward!(waveforms, inference).map(({ values }) => tf.mean(tf.square(values)));
      return tf.addN(squares) as tf.Scalar;
    });
  });
}
