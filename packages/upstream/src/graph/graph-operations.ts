import type { GraphOperations } from '@s3/interface/graph';
import { type ExternalFiles, type ExternalValues, onnxGraph, onnxOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { frameShift, windowSize } from '../frame-grid.ts';
import type { Network, NormedWeight, Operations, Weight } from '../networks/operations/operations.ts';
import { shownTaps } from '../networks/operations/shown-taps.ts';
import { waveFrequencies } from '../networks/operations/wave-frequencies.ts';
import { hannWindow, mirroredPlaces } from '../networks/spectrograms/centered-power.ts';
import { kaldiMelMatrix, kaldiWindow } from '../networks/spectrograms/kaldi-mel.ts';
import { melRange, slaneyMelBands, smallestMel } from '../networks/spectrograms/log-mel.ts';
import { htkMelMatrix } from '../networks/spectrograms/log-spectrogram.ts';
import { graphFrames } from './baseline-graph.ts';
import { graphKaldiPower } from './kaldi-graph.ts';
import { patchGraphOperations } from './patch-graph-operations.ts';
import { pictureGraphOperations } from './picture-graph-operations.ts';
import { wav2vecGraphOperations } from './wav2vec-graph-operations.ts';

/** The weights by the names of the network. */
export type NetworkWeights = { readonly [name: string]: tf.Tensor };

/**
 * The network with its weights as an ONNX model.
 *
 * Inputs `waveforms` (batch, samples) and `mask` (batch, frames), or of the network's `maskFrames`; outputs `hidden_0`, `hidden_1`, ...,
 * each (batch, frames, features). Batch and samples may vary.
 *
 * @param external as a list it takes the weights, which are then not in the file; as files, those of a model of more than 2 GB
 * @returns the bytes of an `.onnx` file
 */
export async function networkGraph(
  network: Network,
  weights: NetworkWeights,
  external?: ExternalValues[] | ExternalFiles,
): Promise<Uint8Array<ArrayBuffer>> {
  const graph = onnxGraph('speech encoder', external);
  tf.tidy(() => {
    const input = (name: string, steps: string) => ({ name: graph.input(name, 'float32', ['batch', steps]), type: 'float32' }) as const;
    const operations = graphOperations(onnxOperations(graph), weights);
    const hiddenStates = network.forward(operations, {
      waveforms: input('waveforms', 'samples'),
      mask: input('mask', network.maskFrames ? 'steps' : 'frames'),
    });
    hiddenStates.forEach(({ name }, layer) => void graph.output(`hidden_${layer}`, name, 'float32', ['batch', 'frames', 'features']));
  });
  return graph.finish();
}

/** What the networks are made of in the operations of a graph, in evaluation. What depends on weights alone is computed while the graph is made. */
export function graphOperations<T>(graph: GraphOperations<T>, weights: NetworkWeights): Operations<T> {
  const maskBiases = new Map<T, T>();
  const valuesOf = <Value extends tf.Tensor>({ name }: Weight) => weights[name] as Value;
  const heads = (x: T, count: number, axes: readonly number[]) => graph.transpose(graph.reshape(x, [0, 0, count, -1]), axes);
  return {
    ...wav2vecGraphOperations(graph, valuesOf),
    ...patchGraphOperations(graph, valuesOf),
    ...pictureGraphOperations(graph, valuesOf),
    asFeature: (x) => graph.expandDims(x, -1),
    convolution: (x, { weight, bias, hiddenTaps, ...shape }) =>
      graph.convolution(x, {
        ...shape,
        weight: shownTaps('direction' in weight ? normedWeight(weight) : valuesOf<tf.Tensor3D>(weight), hiddenTaps),
        bias: bias && valuesOf<tf.Tensor1D>(bias),
      }),
    affine: (x, { weight, bias }) => graph.affine(x, valuesOf<tf.Tensor2D>(weight), bias && valuesOf<tf.Tensor1D>(bias)),
    layerNorm: (x, { weight, bias, epsilon }) =>
      graph.layerNorm(x, { weight: weight && valuesOf<tf.Tensor1D>(weight), bias: bias && valuesOf<tf.Tensor1D>(bias), epsilon }),
    stepNorm(x, { weight, bias, epsilon }) {
      if (!weight || !bias) throw new TypeError('a normalization over steps needs its weights here');
      return graph.stepNorm(x, { weight: valuesOf<tf.Tensor1D>(weight), bias: valuesOf<tf.Tensor1D>(bias), epsilon });
    },
    groupNorm(x, { weight, bias, epsilon, groups }) {
      const grouped = graph.reshape(x, [0, 0, groups, -1]);
      const overAll = (y: T) => graph.mean(graph.mean(y, 3), 1);
      const centered = graph.subtract(grouped, overAll(grouped));
      const variance = overAll(graph.multiply(centered, centered));
      const normal = graph.reshape(graph.divide(centered, graph.sqrt(graph.add(variance, epsilon))), [0, 0, -1]);
      const scaled = weight ? graph.multiply(normal, graph.constant(valuesOf(weight))) : normal;
      return bias ? graph.add(scaled, graph.constant(valuesOf(bias))) : scaled;
    },
    batchNorm(x, { weight, bias, mean, variance, epsilon }) {
      const scale = tf.mul(valuesOf(weight), tf.rsqrt(tf.add(valuesOf(variance), epsilon)));
      const shift = tf.sub(valuesOf(bias), tf.mul(valuesOf(mean), scale));
      return graph.add(graph.multiply(x, graph.constant(scale)), graph.constant(shift));
    },
    gelu: graph.gelu,
    relu: graph.relu,
    sigmoid: graph.sigmoid,
    tanh: graph.tanh,
    add: graph.add,
    multiply: (x, y) => graph.multiply(x, isWeight(y) ? graph.constant(valuesOf(y)) : y),
    addFeatures: (x, weight) => graph.add(x, graph.constant(tf.reshape(valuesOf(weight), [-1]))),
    multiplyFeatures: (x, weight) => graph.multiply(x, graph.constant(tf.reshape(valuesOf(weight), [-1]))),
    addSteps: (x, weight) => graph.add(x, graph.constant(valuesOf(weight))),
    logMel(waveforms, bins) {
      const windowed = windowedFrames(waveforms, graph.divide(graph.steps(waveforms), frameShift), windowSize);
      const mel = graph.affine(graph.powerSpectrum(windowed, windowSize, windowSize), slaneyMelBands(bins));
      const logs = graph.multiply(graph.log(graph.maximum(mel, smallestMel)), Math.LOG10E);
      const floor = graph.subtract(graph.max(graph.max(logs, 2), 1), melRange);
      return graph.divide(graph.add(graph.maximum(logs, floor), 4), 4);
    },
    logSpectrogram(waveforms, { window, mel, added }) {
      const frames = windowedFrames(waveforms, graph.add(graph.divide(graph.steps(waveforms), frameShift), 1), window);
      const power = graph.powerSpectrum(frames, window, window);
      const bands = mel === undefined ? power : graph.matMul(power, graph.constant(htkMelMatrix(mel, window)));
      return graph.log(graph.add(bands, added));
    },
    kaldiMel(waveforms, { bins, window, floor }) {
      const count = graph.add(graph.divide(graph.subtract(graph.steps(waveforms), windowSize), frameShift), 1);
      const frames = graphFrames(graph, waveforms, count, graph.constant(tf.tensor1d([windowSize], 'int32')));
      const power = graphKaldiPower(graph, graph.subtract(frames, graph.mean(frames, -1)), kaldiWindow(window));
      return graph.log(graph.maximum(graph.matMul(power, graph.constant(kaldiMelMatrix(bins))), floor));
    },
    normalizeSteps(x, mask, epsilon) {
      const shown = mask === undefined ? undefined : graph.expandDims(mask, -1);
      const only = (y: T) => (shown === undefined ? y : graph.multiply(y, shown));
      const count = shown === undefined ? graph.toFloat(graph.steps(x)) : graph.sum(shown, 1);
      const centered = only(graph.subtract(x, graph.divide(graph.sum(only(x), 1), count)));
      const variance = graph.divide(graph.sum(graph.multiply(centered, centered), 1), graph.maximum(graph.subtract(count, 1), 1));
      if ('variance' in epsilon) return graph.divide(centered, graph.sqrt(graph.add(variance, epsilon.variance)));
      return graph.divide(centered, graph.add(graph.sqrt(variance), epsilon.deviation));
    },
    pairSteps(x) {
      const even = graph.multiply(graph.divide(graph.steps(x), 2), 2);
      const [first, second] = [graph.slice(x, 1, 0, even, 2), graph.slice(x, 1, 1, even, 2)];
      return graph.concat([first, second], -1);
    },
    everySecond: (x) => graph.slice(x, 1, 0, undefined, 2),
    joined: (parts) => graph.concat(parts, -1),
    secondSteps: (mask) => graph.slice(mask, 1, 1, undefined, 2),
    distanceKeys(like, embedding, { left, right, heads: count }) {
      const steps = graph.steps(like);
      const places = graph.range(graph.subtract(graph.multiply(steps, 2), 1));
      const ahead = graph.add(graph.subtract(places, steps), 1);
      const rows = graph.add(graph.minimum(graph.maximum(ahead, -left), right), left);
      const keys = graph.gather(graph.constant(valuesOf(embedding)), rows, 0);
      return graph.expandDims(
        graph.concat(
          Array.from({ length: count }, () => keys),
          -1,
        ),
        0,
      );
    },
    gated(x, features) {
      const [value, gate] = graph.split(x, [features, features], -1) as [T, T];
      return graph.multiply(value, graph.sigmoid(gate));
    },
    recurrence(x, mask, { kind, backwards = false, ...named }) {
      const counts = mask === undefined ? wholeLengths(x) : graph.round(graph.sum(mask, 1, false));
      const direction = {
        inputWeight: valuesOf<tf.Tensor2D>(named.inputWeight),
        hiddenWeight: valuesOf<tf.Tensor2D>(named.hiddenWeight),
        inputBias: valuesOf<tf.Tensor1D>(named.inputBias),
        hiddenBias: valuesOf<tf.Tensor1D>(named.hiddenBias),
      };
      const turned = (y: T) => (backwards ? reversed(y, counts) : y);
      return turned(graph.recurrence(turned(x), counts, kind, [direction]));
    },
    inPieces(x, mask, longest) {
      if (longest === Number.POSITIVE_INFINITY) return { pieces: x, mask, whole: (y) => y };
      const steps = graph.steps(x);
      const fewest = graph.divide(graph.add(steps, longest - 1), longest);
      const length = roundedUp(steps, fewest);
      const count = roundedUp(steps, length);
      // (count, length), those behind the end stand for the last
      const firsts = graph.multiply(graph.range(count), length);
      const places = graph.add(graph.expandDims(firsts, 1), graph.expandDims(graph.range(length), 0));
      const near = graph.minimum(places, graph.subtract(steps, 1));
      const isThere = graph.less(places, steps);
      const shown = graph.multiply(graph.gather(mask ?? wholeMask(x), near, 1), graph.expandDims(isThere, 0));
      const rowsOf = (parts: T) => graph.transpose(graph.reshape(graph.transpose(parts, [2, 3, 0, 1]), [0, 0, -1]), [2, 0, 1]);
      return {
        pieces: rowsOf(graph.gather(x, near, 1)),
        mask: graph.squeeze(rowsOf(graph.expandDims(shown, -1)), -1),
        whole(y) {
          // each row's pieces lie one behind the other: count * length steps, of which the first are its own
          const rows = graph.multiply(graph.range(graph.steps(x, 0)), graph.multiply(count, length));
          const chosen = graph.add(graph.expandDims(rows, 1), graph.expandDims(graph.range(steps), 0));
          return graph.gather(joinedRows(y), chosen, 0);
        },
      };
    },
    stepWaves(like, size) {
      const places = graph.toFloat(graph.range(graph.steps(like)));
      const angles = graph.multiply(graph.expandDims(places, 1), graph.constant(tf.tensor1d(waveFrequencies(size))));
      const pairs = graph.concat([graph.expandDims(graph.sin(angles), -1), graph.expandDims(graph.cos(angles), -1)], -1);
      return graph.expandDims(graph.reshape(pairs, [0, -1]), 0);
    },
    maskSteps: (x, mask) => graph.multiply(x, graph.expandDims(mask, -1)),
    splitHeads: (x, count) => heads(x, count, [0, 2, 1, 3]),
    groupSums(x, groups) {
      // the last axis falls into groups of one size
      const grouped = graph.sum(graph.reshape(x, [0, 0, 0, groups, -1]), -1, false);
      return Array.from({ length: groups }, (_, group) => graph.slice(grouped, -1, group, group + 1));
    },
    distanceBias(like, embedding, bucketOf, farthest) {
      const [, count] = embedding.shape as [number, number];
      const buckets = Array.from({ length: 2 * farthest + 1 }, (_, index) => bucketOf(index - farthest));
      const rows = tf.gather(valuesOf<tf.Tensor2D>(embedding), tf.tensor1d(buckets, 'int32'));
      const places = graph.range(graph.steps(like));
      const distances = graph.subtract(graph.expandDims(places, 0), graph.expandDims(places, 1));
      const near = graph.minimum(graph.maximum(distances, -farthest), farthest);
      const bias = graph.gather(graph.constant(tf.reshape(rows, [-1, count])), graph.add(near, farthest), 0);
      return graph.expandDims(graph.transpose(bias, [2, 0, 1]), 0);
    },
    distanceWaves(like, size) {
      const steps = graph.steps(like);
      const places = graph.range(graph.subtract(graph.multiply(steps, 2), 1));
      const distances = graph.toFloat(graph.subtract(graph.subtract(steps, 1), places));
      const angles = graph.multiply(graph.expandDims(distances, 1), graph.constant(tf.tensor1d(waveFrequencies(size))));
      const pairs = graph.concat([graph.expandDims(graph.sin(angles), -1), graph.expandDims(graph.cos(angles), -1)], -1);
      return graph.expandDims(graph.reshape(pairs, [0, -1]), 0);
    },
    distanceProducts(query, keys, count) {
      const products = graph.matMul(heads(query, count, [0, 2, 1, 3]), heads(keys, count, [0, 2, 3, 1]));
      // of each query's step, those of its distances to all steps
      const places = graph.range(graph.steps(query));
      const last = graph.subtract(graph.steps(query), 1);
      const wanted = graph.add(graph.subtract(graph.expandDims(places, 0), graph.expandDims(places, 1)), last);
      return graph.transpose(graph.gatherSteps(graph.transpose(products, [2, 3, 0, 1]), wanted), [2, 3, 0, 1]);
    },
    rotated(x, count, { size, base }) {
      const half = size / count / 2;
      const steps = graph.toFloat(graph.range(graph.steps(x)));
      const angles = graph.multiply(graph.expandDims(steps, 1), graph.constant(tf.tensor1d(waveFrequencies(2 * half, base))));
      // (steps, 1, features), both halves alike
      const both = graph.expandDims(graph.concat([angles, angles], -1), 1);
      const split = graph.reshape(x, [0, 0, count, -1]);
      const [first, second] = graph.split(split, [half, half], -1) as [T, T];
      const turned = graph.concat([graph.multiply(second, -1), first], -1);
      return graph.reshape(graph.add(graph.multiply(split, graph.cos(both)), graph.multiply(turned, graph.sin(both))), [0, 0, -1]);
    },
    attention(query, key, value, { heads: count, scale, bias, mask }) {
      let products = graph.matMul(heads(graph.multiply(query, scale), count, [0, 2, 1, 3]), heads(key, count, [0, 2, 3, 1]));
      if (bias) products = graph.add(products, bias);
      if (mask) products = graph.add(products, maskBias(mask));
      const read = graph.matMul(graph.softmax(products), heads(value, count, [0, 2, 1, 3]));
      return graph.reshape(graph.transpose(read, [0, 2, 1, 3]), [0, 0, -1]);
    },
    stage: (x, _, block) => block(x),
    dropout: (x) => x,
    keepsLayer: () => true,
    scoped: (block) => block(),
  };

  function normedWeight({ magnitude, direction }: NormedWeight): tf.Tensor3D {
    const value = valuesOf<tf.Tensor3D>(direction);
    const length = tf.sqrt(tf.sum(tf.square(value), [0, 1], true));
    return tf.mul(value, tf.div(valuesOf<tf.Tensor3D>(magnitude), length));
  }

  /** Frames centered on every 10 ms, the batch mirrored at its ends, under Hann's window. */
  function windowedFrames(waveforms: T, count: T, window: number): T {
    const [before] = mirroredPlaces(0, window);
    const behind = graph.subtract(
      graph.subtract(graph.steps(waveforms), 2),
      graph.range(graph.constant(tf.tensor1d([window / 2], 'int32'))),
    );
    const margins = [graph.constant(tf.tensor1d(before, 'int32')), behind].map((places) => graph.gather(waveforms, places, 1));
    const whole = graph.concat([margins[0]!, waveforms, margins[1]!], 1);
    const frames = graphFrames(graph, whole, count, graph.constant(tf.tensor1d([window], 'int32')));
    return graph.multiply(frames, graph.constant(tf.tensor1d(hannWindow(window))));
  }

  /** Whole numbers' quotient, rounded up. */
  function roundedUp(x: T, by: T): T {
    return graph.divide(graph.add(x, graph.subtract(by, 1)), by);
  }

  /** (rows, steps, features) to (rows * steps, features) */
  function joinedRows(x: T): T {
    return graph.transpose(graph.reshape(graph.transpose(x, [2, 0, 1]), [0, -1]), [1, 0]);
  }

  /** 1 for every step, (batch, steps) */
  function wholeMask(x: T): T {
    return graph.add(graph.multiply(graph.sum(x, -1, false), 0), 1);
  }

  /** (batch,) of as many as there are steps */
  function wholeLengths(x: T): T {
    return graph.add(graph.multiply(graph.range(graph.steps(x, 0)), 0), graph.steps(x));
  }

  /** Each row's steps from its last to its first; those behind its end stay. */
  function reversed(x: T, lengths: T): T {
    const places = graph.expandDims(graph.range(graph.steps(x)), 0);
    const mirrored = graph.subtract(graph.expandDims(graph.subtract(lengths, 1), 1), places);
    const isBehind = graph.round(graph.less(mirrored, 0));
    // a place behind the end would be before the first: it is moved back to itself
    return graph.gatherSteps(x, graph.add(mirrored, graph.multiply(isBehind, graph.subtract(places, mirrored))));
  }

  /** 0 where the mask is 1, else so far below that the share is 0, and still a number */
  function maskBias(mask: T): T {
    const known = maskBiases.get(mask);
    if (known !== undefined) return known;
    const bias = graph.multiply(graph.subtract(mask, 1), 1e30);
    const made = graph.expandDims(graph.expandDims(bias, 1), 1);
    maskBiases.set(mask, made);
    return made;
  }
}

const isWeight = (value: unknown): value is Weight =>
  typeof value === 'object' && value !== null && 'name' in value && 'shape' in value && !('dataId' in value);
