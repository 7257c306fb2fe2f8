import { z } from 'zod';
import { normWeights } from '../layers/layer-weights.ts';
import { recurrentWeights } from '../layers/recurrent-weights.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);

/** The settings of CPC that shape the network, by the names in its checkpoints. */
export const cpcConfig = z.object({
  model_type: z.literal('cpc'),
  hiddenEncoder: count.default(256),
  hiddenGar: count.default(256),
  nLevelsGRU: count.max(1000).default(1),
  encoder_type: z.literal('cpc').default('cpc'),
  normMode: z.enum(['layerNorm', 'batchNorm', 'instanceNorm', 'ID']).default('layerNorm'),
  arMode: z.enum(['GRU', 'LSTM', 'no_ar']).default('LSTM'),
  cpc_mode: z.string().nullable().default(null),
});

type CpcConfig = z.output<typeof cpcConfig>;

const convolutions = [
  { taps: 10, stride: 5, margin: 3 },
  { taps: 8, stride: 4, margin: 2 },
  { taps: 4, stride: 2, margin: 1 },
  { taps: 4, stride: 2, margin: 1 },
  { taps: 4, stride: 2, margin: 1 },
] as const;

const epsilon = 1e-5;

/**
 * Modified CPC: strided convolutions on waveforms, then recurrent layers.
 *
 * (batch, samples) to two hidden states (batch, frames, features): what the convolutions give, and what the last recurrent layer gives.
 * It carries no state from one batch to the next, as CPC does where it was trained on consecutive ones (`samplingType` sequential).
 *
 * Rivière et al., "Unsupervised Pretraining Transfers Well Across Languages", 2020.
 */
export function cpc(config: CpcConfig): DescribedNetwork {
  const { names, weights } = weightNames();
  const { hiddenEncoder: inner, nLevelsGRU, arMode } = config;
  const size = arMode === 'no_ar' ? inner : config.hiddenGar;
  const own = names.within('gEncoder');
  const layers = convolutions.map(({ taps, stride, margin }, layer) => ({
    weight: own.weight(`conv${layer}.weight`, inner, layer === 0 ? 1 : inner, taps),
    bias: own.weight(`conv${layer}.bias`, inner),
    stride,
    padding: [margin, margin] as const,
    normalized: normalization(own.within(`batchNorm${layer}`), inner, config.normMode),
  }));
  const backwards = config.cpc_mode === 'reverse';
  const recurrent = names.within('gAR.baseNet');
  const levels =
    arMode === 'no_ar'
      ? []
      : Array.from({ length: nLevelsGRU }, (_, layer) => ({
          ...recurrentWeights(recurrent, arMode, { inputs: layer === 0 ? inner : size, size, layer }),
          backwards,
        }));
  return {
    weights,
    size,
    sizes: [inner, size],
    hiddenStates: 2,
    downsampleRate: convolutions.reduce((product, { stride }) => product * stride, 1),
    windows: convolutions.map(({ taps, stride, margin }) => ({ taps, stride, padding: 2 * margin })),
    frames: (samples) =>
      convolutions.reduce((steps, { taps, stride, margin }) => Math.max(0, Math.floor((steps + 2 * margin - taps) / stride) + 1), samples),
    sections: {
      convolutions: ['gEncoder.'],
      before: [],
      layers: levels.map((_, layer) =>
        ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((part) => `${recurrent.prefix}${part}_l${layer}`),
      ),
    },
    keepsLayers: true,
    bytes(samples, frames, gradients) {
      const first = (4 * inner * samples) / convolutions[0].stride;
      const states = 2 * frames * (inner + size);
      return 4 * (states + (gradients ? 1.5 * first + 24 * levels.length * frames * size : Math.max(first, 8 * frames * size)));
    },
    forward<T>(operations: Operations<T>, { waveforms }: NetworkInput<T>): T[] {
      const features = operations.stage(waveforms, 'gEncoder.', (x) =>
        layers.reduce(
          (y, { normalized, ...convolution }) =>
            operations.scoped(() => operations.relu(normalized(operations, operations.convolution(y, convolution)))),
          operations.asFeature(x),
        ),
      );
      // padding, too, is read as S3PRL reads it
      const context = levels.reduce(
        (x, level) => operations.stage(x, level.inputWeight.name, (y) => operations.recurrence(y, undefined, level)),
        features,
      );
      return [features, context];
    },
  };
}

/** What follows a convolution; the layer norm is CPC's own, whose variance is that of a sample. */
function normalization(names: WeightNames, size: number, mode: CpcConfig['normMode']): <T>(operations: Operations<T>, x: T) => T {
  if (mode === 'ID') return (_, x) => x;
  if (mode === 'instanceNorm') {
    const norm = normWeights(names, size, epsilon);
    return (operations, x) => operations.stepNorm(x, norm);
  }
  if (mode === 'batchNorm') {
    const statistics = { mean: names.weight('running_mean', size), variance: names.weight('running_var', size) };
    const norm = { ...normWeights(names, size, epsilon), ...statistics };
    return (operations, x) => operations.batchNorm(x, norm);
  }
  const [weight, bias] = ['weight', 'bias'].map((name) => names.weight(name, 1, size, 1));
  const share = (size - 1) / size;
  return (operations, x) => {
    const normal = operations.multiply(operations.layerNorm(x, { epsilon: epsilon * share }), Math.sqrt(share));
    return operations.addFeatures(operations.multiplyFeatures(normal, weight!), bias!);
  };
}
