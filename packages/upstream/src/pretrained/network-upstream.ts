import { type FrameSpec, type Frames, InputError, moduleOf, type Upstream, type Waveforms } from '@s3/interface';
import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { roundHalfToEven } from '../features/stft-features.ts';
import { frameCount, shortestSamples } from '../frame-grid.ts';
import { refuseTooLong } from '../networks/network-memory.ts';
import { networkOf } from '../networks/network-of.ts';
import { tensorOperations } from '../networks/tensors/tensor-operations.ts';
import { readUtterances } from '../read-utterances.ts';
import { unreadLayer } from '../unread-layer.ts';
import type { CheckpointSettings } from './checkpoint/checkpoint-settings.ts';
import { loadWeights } from './checkpoint/load-weights.ts';
import type { onnxSession } from './onnx/onnx-session.ts';
import { fewestSteps, pretrainedGraph } from './pretrained-graph.ts';
import { randomizedTensors } from './randomized-tensors.ts';
import type { StoredTensor } from './tensor-files/stored-tensor.ts';
import { trainedWeights } from './trained-weights.ts';

/** Settings that all pretrained upstreams have. */
export interface PretrainedSettings {
  /** 's3prl': one padded batch; 'independent': every utterance by itself */
  readonly batching: 's3prl' | 'independent';
  /** probability that a layer is left out of a training step */
  readonly layerDrop: number;
  /** train the convolutions before the transformer too */
  readonly trainFeatureEncoder: boolean;
  /** transformer layers, from the lowest, that are not trained, nor is anything before them */
  readonly freezeLayers?: number;
  /** draws all weights anew; without it they are those of the checkpoint */
  readonly randomSeed?: number;
  /** seconds of audio that go through a frozen network at once; longer utterances in overlapping pieces */
  readonly chunkSeconds?: number | undefined;
  /** seconds before and after a piece that its frames may see */
  readonly chunkOverlapSeconds?: number;
  /** bytes of memory that may be used; those that are free unless given */
  readonly freeBytes?: () => number;
  /** threads of onnxruntime; 0 or none: one for each core */
  readonly threads?: number;
  /** what a frozen upstream runs on; 'auto': onnxruntime-node where it is installed */
  readonly engine: 'auto' | 'onnxruntime' | 'tensorflow';
}

// an interface is no container of tensors to tf.tidy
type NetworkTensors = { readonly waveforms: tf.Tensor2D; readonly mask: tf.Tensor2D };

/** Rows of a batch that go through the network together. */
interface Part extends Waveforms {
  readonly firstRow: number;
}

/** What a network is made of, wherever its files are. */
export interface NetworkSource {
  readonly settings: CheckpointSettings;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** makes what evaluates a frozen network; TensorFlow.js does where there is none */
  readonly session?: typeof onnxSession | undefined;
  /** bytes of memory that may be used */
  readonly freeBytes: () => number;
}

/**
 * A speech encoder of these weights.
 *
 * @throws StateError for weights that do not fit; InputError from `extract` and `forward` for an utterance too long for the memory that is free
 */
export async function networkUpstream(
  { settings: { network: config, sampleRate, normalizes }, tensors, ...source }: NetworkSource,
  { batching, layerDrop, trainFeatureEncoder, freezeLayers = 0, randomSeed, engine, threads = 0, ...long }: PretrainedSettings,
): Promise<Upstream> {
  const network = networkOf(config);
  if (network.keepsLayers && layerDrop > 0) {
    const expected = 'nothing: no layer of this network may be left out';
    throw new InputError('upstream.layerDrop', String(layerDrop), expected, 'Leave it out.');
  }
  const reached = trainedWeights({ trainFeatureEncoder, freezeLayers }, network.sections);
  const isTrained = (weight: string) => reached(weight) && !network.untrained?.test(weight);
  const weights = await loadWeights(randomSeed === undefined ? tensors : randomizedTensors(tensors, randomSeed), network, isTrained);

  const layers = Array.from(
    { length: network.hiddenStates },
    (_, layer): FrameSpec => ({ size: network.sizes?.[layer] ?? network.size, downsampleRate: network.downsampleRate }),
  );
  const session = engine === 'tensorflow' ? undefined : source.session?.(network, weights, { engine, threads });

  const freeBytes = long.freeBytes ?? source.freeBytes;
  const inFrames = (seconds: number) => Math.max(1, Math.round((seconds * sampleRate) / network.downsampleRate)) * network.downsampleRate;
  const chunkSamples = long.chunkSeconds === undefined ? Number.POSITIVE_INFINITY : inSegments(inFrames(long.chunkSeconds));
  // segments do not see one another
  const overlapSamples = network.segment ? 0 : inFrames(long.chunkOverlapSeconds ?? 2);

  if (network.samples !== undefined && chunkSamples + 2 * overlapSamples > network.samples && chunkSamples !== Number.POSITIVE_INFINITY) {
    throw new InputError(
      'upstream.chunkSeconds',
      `${long.chunkSeconds} s with chunkOverlapSeconds ${overlapSamples / sampleRate} on either side`,
      `at most ${network.samples / sampleRate} s in all, which this encoder hears at once`,
      'Make the pieces or the overlap shorter.',
    );
  }

  const module = moduleOf(weights);
  return {
    ...module,
    dispose() {
      module.dispose();
      void session?.release();
    },
    sampleRate,
    layers,
    graph: (operations, waveforms) => pretrainedGraph(operations, waveforms, { network, weights, normalizes, batching }),
    async extract(waveforms, wanted = layers.map((_, layer) => layer)) {
      await readUtterances(waveforms);
      const parts: tf.Tensor3D[][] = [];
      try {
        for (const part of partsOf(waveforms)) {
          if (part.lengths[0]! > chunkSamples) {
            parts.push(await inChunks(part, wanted));
            continue;
          }
          refuseBeyond(part);
          refuse(part, false);
          const input = tf.tidy(() => networkInput(part));
          try {
            const states = await evaluated(input, wanted);
            parts.push(tf.tidy(() => states.map((state) => completed(state, part))));
            tf.dispose(states);
          } finally {
            tf.dispose([input.waveforms, input.mask]);
          }
        }
      } catch (error) {
        tf.dispose(parts);
        throw error;
      }
      const read = joined(parts, waveforms.lengths);
      return layers.map((spec, layer) => read[wanted.indexOf(layer)] ?? unreadLayer(waveforms.lengths.length, spec));
    },
    forward(waveforms, { training, random }) {
      const parts = partsOf(waveforms).map((part) =>
        tf.tidy(() => {
          refuseBeyond(part);
          refuse(part, true);
          const operations = tensorOperations(weights, training ? { random, layerDrop } : undefined);
          const { waveforms: values, mask } = networkInput(part);
          // without padding there is nothing to mask, nor to keep for a gradient of it
          const input = { waveforms: values, mask: new Set(part.lengths).size > 1 ? mask : undefined };
          return (network.forward<tf.Tensor>(operations, input) as tf.Tensor3D[]).map((state) => completed(state, part));
        }),
      );
      return joined(parts, waveforms.lengths);
    },
  };

  async function evaluated(input: NetworkTensors, wanted: readonly number[]): Promise<tf.Tensor3D[]> {
    const states = await session?.run(input, wanted);
    return (
      states ??
      tf.tidy(() => chosen(network.forward<tf.Tensor>(tensorOperations(weights), { ...input, highest: Math.max(...wanted) }), wanted))
    );
  }

  /** An utterance piece by piece; of each piece those frames stay that saw enough before and after them. */
  async function inChunks(part: Part, wanted: readonly number[]): Promise<tf.Tensor3D[]> {
    const rate = network.downsampleRate;
    const ownFrames = network.segment ? network.frames(chunkSamples) : chunkSamples / rate;
    const [samples] = part.lengths as [number];
    const whole = tf.tidy(() => networkInput(part).waveforms);
    const pieces: tf.Tensor3D[][] = [];
    try {
      for (let start = 0; start < samples; start += chunkSamples) {
        const [from, to] = [Math.max(0, start - overlapSamples), Math.min(samples, start + chunkSamples + overlapSamples)];
        const first = (start - from) / rate;
        const frames = network.frames(to - from);
        const own = Math.min(frames - first, start + chunkSamples < samples ? ownFrames : Number.POSITIVE_INFINITY);
        if (own <= 0) continue;
        refuse({ lengths: [to - from] }, false);
        const waveforms = tf.tidy(() => widened(tf.slice(whole, [0, from], [1, to - from]), network.samples ?? inSegments(to - from)));
        const input = { waveforms, mask: tf.ones([1, maskSteps(to - from)]) as tf.Tensor2D };
        try {
          const states = await evaluated(input, wanted);
          pieces.push(states.map((state) => tf.slice(state, [0, first, 0], [1, own, -1])));
          tf.dispose(states);
        } finally {
          tf.dispose([input.waveforms, input.mask]);
        }
      }
      const inARow = (index: number) =>
        tf.concat(
          pieces.map((piece) => piece[index]!),
          1,
        );
      return tf.tidy(() => wanted.map((_, index) => completed(inARow(index), part)));
    } finally {
      tf.dispose([whole, pieces]);
    }
  }

  /** @throws InputError where the memory that is free would not do */
  function refuse({ lengths }: Pick<Part, 'lengths'>, gradients: boolean): void {
    const seconds = Math.max(...lengths) / sampleRate;
    const remedy = gradients
      ? 'Cut or crop the utterances, or make smaller batches.'
      : 'Cut the utterances, make smaller batches, or let upstream.chunkSeconds (20, say) run long ones in pieces.';
    const bytesOf = (of: number) =>
      network.bytes(Math.max(of * sampleRate, network.samples ?? 0), network.frames(Math.round(of * sampleRate)), gradients);
    refuseTooLong({ seconds, batch: lengths.length, remedy }, bytesOf, freeBytes());
  }

  /** What goes through the network at once. */
  function partsOf({ values, lengths }: Waveforms): Part[] {
    if (batching === 's3prl' && chunkSamples === Number.POSITIVE_INFINITY) return [{ values, firstRow: 0, lengths }];
    return lengths.map((samples, firstRow) => ({ values, firstRow, lengths: [samples] }));
  }

  function networkInput({ values, firstRow, lengths }: Part): NetworkTensors {
    const longest = Math.max(...lengths);
    const added = Math.max(0, shortestSamples - longest);
    const used = lengths.map((samples) => samples + added);
    const total = inSegments(Math.max(longest + added, network.samples ?? 0));
    const padded = widened(tf.slice(values, [firstRow, 0], [lengths.length, longest]), total);
    // an utterance too short for a frame of its own still has the one that its beginning shares with padding
    const fewest = network.maskFrames ? fewestSteps : 1;
    const frames = used.map((samples) => Math.max(fewest, shownSteps(samples, total)));
    return { waveforms: normalized(padded, used), mask: lengthMask(frames, maskSteps(total)) };
  }

  /** as many samples, or the next multiple of a segment's */
  function inSegments(samples: number): number {
    const multiple = network.segment?.samples ?? 1;
    return Math.ceil(samples / multiple) * multiple;
  }

  /** @throws InputError for an utterance longer than what the network hears at once */
  function refuseBeyond({ lengths }: Pick<Part, 'lengths'>): void {
    const { samples } = network;
    const longest = Math.max(...lengths);
    if (samples === undefined || longest <= samples) return;
    throw new InputError(
      'waveforms',
      `an utterance of ${(longest / sampleRate).toFixed(1)} s`,
      `at most ${samples / sampleRate} s, which this encoder hears at once`,
      `Cut it, or let upstream.chunkSeconds (${Math.floor(samples / sampleRate / 1.5)}, say) run long ones in pieces.`,
    );
  }

  function maskSteps(samples: number): number {
    return network.maskFrames?.(samples) ?? network.frames(samples);
  }

  /** Steps of an utterance beside the longest. */
  function shownSteps(samples: number, longest: number): number {
    const all = maskSteps(longest);
    if (network.steps === 'share') return roundHalfToEven(samples / (longest / all));
    if (network.steps === 'reached') return Math.min(all, Math.ceil(samples / Math.max(1, Math.floor(longest / Math.max(1, all)))));
    return maskSteps(samples);
  }

  /** As many frames as S3PRL counts: cut, or the batch's last repeated. */
  function completed(state: tf.Tensor3D, { lengths }: Part): tf.Tensor3D {
    const [, given, size] = state.shape;
    const wanted = frameCount(Math.max(...lengths), network.downsampleRate);
    if (given >= wanted) return tf.slice(state, [0, 0, 0], [-1, wanted, size]);
    const last = tf.slice(state, [0, given - 1, 0], [-1, 1, size]);
    return tf.concat([state, ...Array.from({ length: wanted - given }, () => last)], 1);
  }

  function chosen(states: readonly tf.Tensor[], wanted: readonly number[]): tf.Tensor3D[] {
    return wanted.map((layer) => states[layer] as tf.Tensor3D);
  }

  /** The layers of all parts, each part padded to the longest. */
  function joined(parts: readonly (readonly tf.Tensor3D[])[], samplesOfRows: readonly number[]): Frames[] {
    const lengths = samplesOfRows.map((samples) => frameCount(samples, network.downsampleRate));
    if (parts.length === 1) return parts[0]!.map((values) => ({ values, lengths }));
    const frames = Math.max(...lengths);
    return parts[0]!.map((_, layer) => {
      const states = parts.map((part) => part[layer]!);
      const values = tf.tidy(() =>
        tf.concat(
          states.map((state) =>
            tf.pad(state, [
              [0, 0],
              [0, frames - state.shape[1]],
              [0, 0],
            ]),
          ),
        ),
      );
      tf.dispose(states);
      return { values, lengths };
    });
  }

  /** Zero beyond each length, and before that of mean 0 and variance 1, or of a level, where the checkpoint wants it. */
  function normalized(values: tf.Tensor2D, lengths: readonly number[]): tf.Tensor2D {
    const mask = lengthMask(lengths, values.shape[1]);
    const epsilon = network.waveformEpsilon ?? (normalizes ? 1e-7 : undefined);
    if (epsilon === undefined && network.level === undefined) return tf.mul(values, mask);
    const counts = tf.tensor2d([...lengths], [lengths.length, 1]);
    if (network.level !== undefined) {
      const shown = tf.mul(values, mask);
      const level = tf.sqrt(tf.div(tf.sum(tf.square(shown), 1, true), counts));
      return tf.mul(shown, tf.div(10 ** (network.level / 20), tf.add(level, 1e-10)));
    }
    const mean = tf.div(tf.sum(tf.mul(values, mask), 1, true), counts);
    const centered = tf.mul(tf.sub(values, mean), mask);
    const variance = tf.div(tf.sum(tf.square(centered), 1, true), counts);
    return tf.div(centered, tf.sqrt(tf.add(variance, epsilon!)));
  }
}

/** (rows, samples) with zeros behind, up to so many. */
function widened(values: tf.Tensor2D, samples: number): tf.Tensor2D {
  return tf.pad(values, [
    [0, 0],
    [0, samples - values.shape[1]],
  ]);
}
