import { defineComponent, type Featurizer, type FrameSpec, type Frames, moduleOf, settingPath, WiringError } from '@s3/interface';
import { weightOf } from '@s3/interface/layers';
import { layerNorm } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/**
 * Softmax-weighted sum of an upstream's layers, one learned weight per layer.
 *
 * All layers weigh the same at first. An upstream of one layer is passed through as it
 * is; so is one selected layer, for which the original fails.
 *
 * Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", 2021.
 *
 * @throws WiringError when a selected layer does not exist, or the selected layers
 *   differ in size or downsample rate
 */
export const weightedSum = defineComponent({
  name: 'weighted-sum',
  config: z.object({
    layerSelections: z
      .array(z.int().nonnegative())
      .min(1)
      .refine((layers) => new Set(layers).size === layers.length, 'each layer may be selected once; remove the duplicates')
      .nullable()
      .default(null)
      .describe('ids of the layers to sum, 0 is the lowest; null for all'),
    normalize: z
      .boolean()
      .default(false)
      .describe('layer-normalise each layer before the sum; an upstream of a single layer is passed through either way'),
  }),
  build(layers: readonly FrameSpec[], config): Featurizer {
    const { layerSelections, normalize } = config;
    if (!Array.isArray(layers))
      throw new WiringError(
        'weighted-sum',
        'is given no list of layers',
        'it is built from `upstream.layers`, of an upstream that has been awaited',
      );
    // sorted as in the original, so that its checkpoints' weights meet the same layers
    const selected = layerSelections ? [...layerSelections].sort((a, b) => a - b) : layers.map((_, layer) => layer);
    const output = commonSpec(layers, selected, settingPath(config, 'layerSelections'));
    const single = selected.length === 1;
    const weights = single ? undefined : (weightOf(tf.zeros([selected.length])) as tf.Variable<tf.Rank.R1>);
    const normalized = normalize && layers.length > 1;

    return {
      ...moduleOf({ ...(weights && { weights }) }),
      output,
      reads: selected,
      forward(hidden) {
        const chosen = chosenFrames(hidden, layers, selected);
        const [{ lengths }] = chosen;
        return {
          values: tf.tidy(() => {
            const values = chosen.map((frames) => (normalized ? layerNorm(frames.values) : frames.values));
            return weights ? sumOf(values, tf.softmax(weights)) : tf.clone(values[0]!);
          }),
          lengths,
        };
      },
      graph(operations, hidden) {
        const [first, ...rest] = selected.map((layer) => hidden[layer]!);
        const shares = weights && operations.constant(tf.softmax(weights));
        const shareOf = (place: number) => operations.slice(shares!, 0, place, place + 1);
        const valuesOf = ({ values }: NonNullable<typeof first>) => (normalized ? operations.layerNorm(values, { epsilon: 1e-5 }) : values);
        if (!shares) return { values: valuesOf(first!), lengths: first!.lengths };
        const weighed = rest.map((layer, index) => operations.multiply(valuesOf(layer), shareOf(index + 1)));
        const sum = weighed.reduce((total, values) => operations.add(total, values), operations.multiply(valuesOf(first!), shareOf(0)));
        return { values: sum, lengths: first!.lengths };
      },
      ...(layers.length > 1 && {
        async layerWeights() {
          const shares = weights ? tf.tidy(() => tf.softmax(weights)) : tf.tensor1d([1]);
          const values = await shares.data();
          shares.dispose();
          return layers.map((_, layer) => values[selected.indexOf(layer)] ?? 0);
        },
      }),
    };
  },
});

/** As one matrix product: the gradient of the weights needs no copy of all layers. */
function sumOf(values: readonly tf.Tensor3D[], shares: tf.Tensor1D): tf.Tensor3D {
  const rows = tf.reshape(tf.stack([...values]), [values.length, -1]); // (layers, batch * frames * features)
  return tf.reshape(tf.matMul(tf.reshape(shares, [1, -1]), rows), values[0]!.shape);
}

function commonSpec(layers: readonly FrameSpec[], selected: readonly number[], setting: string): FrameSpec {
  const unknown = selected.filter((layer) => layer >= layers.length);
  if (layers.length === 0 || unknown.length > 0) {
    throw new WiringError(
      layers.length > 0 ? setting : 'weighted-sum',
      unknown.length > 0 ? `selects the layers ${unknown.join(', ')}` : 'is to sum layers',
      layers.length > 0
        ? `the upstream has ${layers.length}, with ids 0 to ${layers.length - 1}`
        : 'the upstream has none; build it from upstream.layers',
    );
  }
  const first = layers[selected[0]!]!;
  const other = selected.find((layer) => layers[layer]!.size !== first.size || layers[layer]!.downsampleRate !== first.downsampleRate);
  if (other !== undefined) {
    const { size, downsampleRate } = layers[other]!;
    throw new WiringError(
      'weighted-sum',
      `sums layers of one size and rate, such as layer ${selected[0]} (${first.size} features, ${first.downsampleRate} samples per frame)`,
      `layer ${other} has ${size} features and ${downsampleRate} samples per frame; leave it out with ${setting}`,
    );
  }
  return first;
}

function chosenFrames(
  hidden: readonly Frames[],
  layers: readonly FrameSpec[],
  selected: readonly number[],
): readonly [Frames, ...Frames[]] {
  if (hidden.length !== layers.length) {
    throw new WiringError(
      'weighted-sum',
      `was built for ${layers.length} layers`,
      `it is given ${hidden.length}; build it from the layers of the upstream in use`,
    );
  }
  const [first, ...rest] = selected.map((layer) => hidden[layer]!);
  const { size } = layers[selected[0]!]!;
  const features = first!.values.shape[2];
  if (features !== size) {
    throw new WiringError(
      'weighted-sum',
      `was built for layers of ${size} features`,
      `it is given ${features}; build it from the layers of the upstream in use`,
    );
  }
  const odd = rest.findIndex(
    ({ values, lengths }) => values.shape.join() !== first!.values.shape.join() || lengths.join() !== first!.lengths.join(),
  );
  if (odd >= 0) {
    throw new WiringError(
      'weighted-sum',
      `sums layers of one shape, such as layer ${selected[0]} with [${first!.values.shape}] and lengths [${first!.lengths}]`,
      `layer ${selected[odd + 1]} has [${rest[odd]!.values.shape}] and lengths [${rest[odd]!.lengths}]; mend the upstream or leave the layer out`,
    );
  }
  return [first!, ...rest];
}
