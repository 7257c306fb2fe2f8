import type { Recurrence } from '../operations/step-operations.ts';
import type { WeightNames } from '../weight-names.ts';

/** Names the weights of PyTorch's recurrent layer, of one layer and direction. */
export function recurrentWeights(
  names: WeightNames,
  kind: Recurrence['kind'],
  { inputs, size, layer = 0 }: { readonly inputs: number; readonly size: number; readonly layer?: number },
): Recurrence {
  const gates = kind === 'GRU' ? 3 * size : 4 * size;
  return {
    kind,
    inputWeight: names.weight(`weight_ih_l${layer}`, gates, inputs),
    hiddenWeight: names.weight(`weight_hh_l${layer}`, gates, size),
    inputBias: names.weight(`bias_ih_l${layer}`, gates),
    hiddenBias: names.weight(`bias_hh_l${layer}`, gates),
  };
}
