import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { frameShift, windowSize } from '../frame-grid.ts';
import type { SpectrogramOperations } from '../networks/operations/spectrogram-operations.ts';
import { hannWindow, mirroredPlaces } from '../networks/spectrograms/centered-power.ts';
import { kaldiMelMatrix, kaldiWindow } from '../networks/spectrograms/kaldi-mel.ts';
import { melRange, slaneyMelBands, smallestMel } from '../networks/spectrograms/log-mel.ts';
import { htkMelMatrix } from '../networks/spectrograms/log-spectrogram.ts';
import { graphFrames } from './baseline-graph.ts';
import { graphKaldiPower } from './kaldi-graph.ts';

/** `SpectrogramOperations` in the operations of a graph, in evaluation. */
export function spectrogramGraphOperations<T>(graph: GraphOperations<T>): SpectrogramOperations<T> {
  return {
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
  };

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
}
