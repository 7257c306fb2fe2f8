import { z } from 'zod';
import { recurrentWeights } from '../layers/recurrent-weights.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { kaldiFrames, kaldiInput, kaldiInputSettings } from '../spectrograms/kaldi-input.ts';
import { weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);

/** The settings of APC and VQ-APC, by S3PRL's names; `input` is how their mel bands are made. */
export const apcConfig = z.object({
  model_type: z.literal('apc'),
  input: kaldiInputSettings,
  hidden_size: count,
  num_layers: count.max(1000),
  dropout: z.number().min(0).max(1),
  residual: z.boolean(),
});

/**
 * APC and VQ-APC, which differ in what predicts frames from the last hidden state alone: recurrent layers on mel bands.
 *
 * (batch, samples) to the output of every layer (batch, frames, features).
 *
 * Chung et al., "An Unsupervised Autoregressive Model for Speech Representation Learning", 2019; "Vector-Quantized Autoregressive Predictive Coding", 2020.
 */
export function apc({ input, hidden_size: size, num_layers, dropout, residual }: z.output<typeof apcConfig>): DescribedNetwork {
  const { names, weights } = weightNames();
  const layers = Array.from({ length: num_layers }, (_, layer) => {
    const own = names.within(`rnn_layers.${layer}`);
    return { prefix: own.prefix, recurrence: recurrentWeights(own, 'GRU', { inputs: layer === 0 ? input.feat_dim : size, size }) };
  });
  return {
    weights,
    unread: /^(postnet|vq_layers)\./,
    size,
    hiddenStates: layers.length,
    ...kaldiFrames,
    keepsLayers: true,
    bytes: (_samples, frames, gradients) => 4 * frames * size * layers.length * (gradients ? 24 : 4),
    sections: { convolutions: [], before: [], layers: layers.map(({ prefix }) => [prefix]) },
    forward<T>(operations: Operations<T>, { waveforms, mask }: NetworkInput<T>): T[] {
      let hidden = kaldiInput(operations, waveforms, mask, input);
      return layers.map(({ prefix, recurrence }, layer) => {
        hidden = operations.stage(hidden, prefix, (x) =>
          operations.scoped(() => {
            const y = operations.dropout(operations.recurrence(x, mask, recurrence), dropout);
            return residual && layer > 0 ? operations.add(y, x) : y;
          }),
        );
        return hidden;
      });
    },
  };
}
