import { type FrameSpec, type Frames, moduleOf, type Upstream, type Waveforms } from '@s3/interface';
import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { frameCount, shortestSamples } from '../frame-grid.ts';
import { networkOf } from '../networks/network-of.ts';
import { tensorOperations } from '../networks/tensor-operations.ts';
import { readUtterances } from '../read-utterances.ts';
import { openCheckpoint, readCheckpointSettings } from './checkpoint-folder.ts';
import { loadWeights } from './load-weights.ts';

export interface PretrainedSettings {
  /** 's3prl': one padded batch; 'independent': every utterance by itself */
  readonly batching: 's3prl' | 'independent';
  /** probability that a layer is left out of a training step */
  readonly layerDrop: number;
  /** train the convolutions before the transformer too */
  readonly trainFeatureEncoder: boolean;
}

/**
 * A speech encoder with the weights of a folder in Hugging Face layout; frozen or trained in TensorFlow.js.
 *
 * Waveforms are normalized as the checkpoint's preprocessor says, padded with zeros, and
 * frames of padding are masked, as S3PRL's wrappers of Hugging Face models do.
 *
 * An utterance of n samples has ceil(n / downsampleRate) frames: where the network gives
 * fewer, the batch's last frame is repeated. A batch whose longest utterance is under 0.05 s
 * is lengthened to that with zeros first.
 *
 * @throws InputError, StateError for a checkpoint that is damaged or does not fit
 */
export async function pretrainedUpstream(
  folder: string,
  { batching, layerDrop, trainFeatureEncoder }: PretrainedSettings,
): Promise<Upstream> {
  const { network: config, sampleRate, normalizes } = await readCheckpointSettings(folder);
  const network = networkOf(config);
  const checkpoint = await openCheckpoint(folder);
  const isTrained = (name: string) => trainFeatureEncoder || !name.startsWith('feature_extractor.');
  const weights = await loadWeights(checkpoint.tensors, network.weights, isTrained).finally(checkpoint.close);

  const layers = Array.from(
    { length: network.hiddenStates },
    (): FrameSpec => ({ size: network.size, downsampleRate: network.downsampleRate }),
  );
  const inference = tensorOperations(weights);

  return {
    ...moduleOf(weights),
    sampleRate,
    layers,
    async extract(waveforms) {
      await readUtterances(waveforms);
      return hiddenStates(waveforms, inference);
    },
    forward: (waveforms, { training, random }) =>
      hiddenStates(waveforms, training ? tensorOperations(weights, { random, layerDrop }) : inference),
  };

  function hiddenStates(waveforms: Waveforms, operations: typeof inference): Frames[] {
    const lengths = waveforms.lengths.map((samples) => frameCount(samples, network.downsampleRate));
    const frames = Math.max(...lengths);
    const values = tf.tidy(() => {
      if (batching === 's3prl') return ofBatch(waveforms, frames, operations);
      const single = waveforms.lengths.map((samples, row) => {
        const alone = { values: tf.slice(waveforms.values, [row, 0], [1, samples]), lengths: [samples] };
        return ofBatch(alone, lengths[row]!, operations).map((layer) =>
          tf.pad(layer, [
            [0, 0],
            [0, frames - lengths[row]!],
            [0, 0],
          ]),
        );
      });
      return layers.map((_, layer) => (single.length === 1 ? single[0]![layer]! : tf.concat(single.map((states) => states[layer]!))));
    });
    return values.map((layer) => ({ values: layer, lengths }));
  }

  /** The hidden states of a padded batch, as S3PRL cuts and completes them. */
  function ofBatch({ values, lengths }: Waveforms, frames: number, operations: typeof inference): tf.Tensor3D[] {
    const longest = Math.max(...lengths);
    const added = Math.max(0, shortestSamples - longest);
    const used = lengths.map((samples) => samples + added);
    const padded = tf.pad(tf.slice(values, [0, 0], [-1, longest]), [
      [0, 0],
      [0, added],
    ]);
    const given = network.frames(longest + added);
    // an utterance too short for a frame of its own still has the one that its beginning shares with padding
    const mask = lengthMask(
      used.map((samples) => Math.max(1, network.frames(samples))),
      given,
    );
    const states = operations.scoped(() => network.forward(operations, { waveforms: normalized(padded, used), mask })) as tf.Tensor3D[];
    return states.map((state) =>
      given >= frames ? tf.slice(state, [0, 0, 0], [-1, frames, -1]) : withLastRepeated(state, frames - given),
    );
  }

  /** Zero beyond each length, and before that of mean 0 and variance 1 where the checkpoint wants it. */
  function normalized(values: tf.Tensor2D, lengths: readonly number[]): tf.Tensor2D {
    const mask = lengthMask(lengths, values.shape[1]);
    if (!normalizes) return tf.mul(values, mask);
    const counts = tf.tensor2d([...lengths], [lengths.length, 1]);
    const mean = tf.div(tf.sum(tf.mul(values, mask), 1, true), counts);
    const centered = tf.mul(tf.sub(values, mean), mask);
    const variance = tf.div(tf.sum(tf.square(centered), 1, true), counts);
    return tf.div(centered, tf.sqrt(tf.add(variance, 1e-7)));
  }
}

function withLastRepeated(state: tf.Tensor3D, missing: number): tf.Tensor3D {
  const last = tf.slice(state, [0, state.shape[1] - 1, 0], [-1, 1, -1]);
  return tf.concat([state, ...Array.from({ length: missing }, () => last)], 1);
}
