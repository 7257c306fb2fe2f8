import { z } from 'zod';
import { affineWeights } from '../layers/layer-weights.ts';
import { recurrentWeights } from '../layers/recurrent-weights.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import type { Recurrence } from '../operations/step-operations.ts';
import { kaldiFrames, kaldiInput, kaldiInputSettings } from '../spectrograms/kaldi-input.ts';
import { weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);

/** The settings of DeCoAR; `input` is how its mel bands are made. */
export const decoarConfig = z.object({
  model_type: z.literal('decoar'),
  input: kaldiInputSettings,
  hidden_size: count,
  num_layers: z.int().min(1).max(10),
  /** every layer is a hidden state; otherwise the last */
  all_layers: z.boolean(),
});

/**
 * DeCoAR: recurrent layers on mel bands, some from the first frame to the last, as many from the last to the first, side by side.
 *
 * (batch, samples) to the last layer of both, or every layer, (batch, frames, features).
 *
 * Ling et al., "Deep Contextualized Acoustic Representations for Semi-Supervised Speech Recognition", 2020.
 */
export function decoar({ input, hidden_size: size, num_layers, all_layers }: z.output<typeof decoarConfig>): DescribedNetwork {
  const { names, weights } = weightNames();
  const projection = affineWeights(names.within('post_extract_proj'), input.feat_dim, size);
  const directions = ['forward_lstm', 'backward_lstm'].map((name) =>
    Array.from({ length: num_layers }, (_, layer) => ({
      ...recurrentWeights(names.within(name), 'LSTM', { inputs: size, size, layer }),
      backwards: name === 'backward_lstm',
    })),
  );
  const hiddenStates = all_layers ? num_layers : 1;
  return {
    weights,
    // what predicted frames in its training
    unread: /^(?!(post_extract_proj|forward_lstm|backward_lstm)\.)/,
    size: 2 * size,
    hiddenStates,
    ...kaldiFrames,
    keepsLayers: true,
    bytes: (_samples, frames, gradients) => 4 * frames * 2 * size * (hiddenStates + (gradients ? 20 * num_layers : 6)),
    sections: {
      convolutions: [],
      before: ['post_extract_proj.'],
      layers: Array.from({ length: num_layers }, (_, layer) => directions.flatMap((layers) => namesOf(layers[layer]!))),
    },
    forward<T>(operations: Operations<T>, { waveforms, mask }: NetworkInput<T>): T[] {
      const features = kaldiInput(operations, waveforms, mask, input);
      const projected = operations.stage(features, 'post_extract_proj.', (x) => operations.affine(x, projection));
      const [forwards, backwards] = directions.map((layers) => {
        let hidden = projected;
        return layers.map((recurrence) => {
          hidden = operations.stage(hidden, recurrence.inputWeight.name, (x) =>
            operations.scoped(() => operations.recurrence(x, mask, recurrence)),
          );
          return hidden;
        });
      }) as [T[], T[]];
      const states = forwards.map((state, layer) => () => operations.joined([state, backwards[layer]!]));
      return states.slice(-hiddenStates).map((state) => state());
    },
  };
}

const namesOf = ({ inputWeight, hiddenWeight, inputBias, hiddenBias }: Recurrence) =>
  [inputWeight, hiddenWeight, inputBias, hiddenBias].map(({ name }) => name);
